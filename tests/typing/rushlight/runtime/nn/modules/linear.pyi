from runtime.nn.modules.linear import *
