from api.jit import *
