from runtime.nn.utils.spectral_norm import *
