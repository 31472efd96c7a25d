from runtime.kernels.bundle import *
