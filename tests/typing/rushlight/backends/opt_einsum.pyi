from api.backends.opt_einsum import *
