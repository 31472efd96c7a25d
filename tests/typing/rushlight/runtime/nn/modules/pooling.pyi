from runtime.nn.modules.pooling import *
