from api.nn.utils.parametrize import *
