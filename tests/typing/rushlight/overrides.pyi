from api.overrides import *
