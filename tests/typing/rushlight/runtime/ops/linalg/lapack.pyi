from runtime.ops.linalg.lapack import *
