from runtime.nn.utils import *
