from api.backends.quantized import *
