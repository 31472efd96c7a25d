from script.tracing import *
