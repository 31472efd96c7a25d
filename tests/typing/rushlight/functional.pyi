from api.functional import *
