from api.backends.openmp import *
