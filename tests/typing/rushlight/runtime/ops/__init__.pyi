from runtime.ops import *
