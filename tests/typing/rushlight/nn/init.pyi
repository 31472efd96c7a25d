from api.nn.init import *
