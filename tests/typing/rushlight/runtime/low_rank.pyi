from runtime.low_rank import *
