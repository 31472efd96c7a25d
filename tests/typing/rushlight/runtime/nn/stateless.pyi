from runtime.nn.stateless import *
