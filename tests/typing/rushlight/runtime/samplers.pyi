from runtime.samplers import *
