from runtime.ops.linalg import *
