from api.nn.attention import *
