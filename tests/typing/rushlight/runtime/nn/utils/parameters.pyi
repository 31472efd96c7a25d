from runtime.nn.utils.parameters import *
