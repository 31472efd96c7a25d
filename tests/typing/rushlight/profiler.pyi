from api.profiler import *
