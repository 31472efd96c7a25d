from runtime.kernels import *
