from script.jit import *
