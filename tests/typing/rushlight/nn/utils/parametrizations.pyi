from api.nn.utils.parametrizations import *
