from api.backends.mkl import *
