from runtime.kernels.running.bundle import *
