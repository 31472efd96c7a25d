from runtime.legacy import *
