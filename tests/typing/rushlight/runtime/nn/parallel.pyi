from runtime.nn.parallel import *
