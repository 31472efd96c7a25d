from api.nn.parallel import *
