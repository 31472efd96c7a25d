from api.nn.utils.stateless import *
