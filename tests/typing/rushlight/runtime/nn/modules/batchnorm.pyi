from runtime.nn.modules.batchnorm import *
