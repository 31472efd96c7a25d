from runtime.nn.modules.normalization import *
