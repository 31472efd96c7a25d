from api.nn.functional import *
