from runtime.kernels.running import *
