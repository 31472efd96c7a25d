from api.nn.utils import *
