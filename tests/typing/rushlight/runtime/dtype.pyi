from runtime.dtype import *
