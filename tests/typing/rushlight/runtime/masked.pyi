from runtime.masked import *
