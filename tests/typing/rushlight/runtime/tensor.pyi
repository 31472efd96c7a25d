from runtime.tensor import *
