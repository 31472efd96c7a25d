from api.backends.mps import *
