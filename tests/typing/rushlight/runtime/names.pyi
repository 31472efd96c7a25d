from runtime.names import *
