from serialize.jit import *
