from api.nn.modules import *
