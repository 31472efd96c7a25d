from runtime.limits import *
