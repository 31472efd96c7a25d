from api.nn.parameter import *
