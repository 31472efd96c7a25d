from runtime.profiler import *
