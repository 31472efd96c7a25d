from runtime.ops.lapack import *
