from api.version import *
