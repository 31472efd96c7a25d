from runtime.aten import *
