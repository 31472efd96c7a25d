from runtime.ops.methods import *
