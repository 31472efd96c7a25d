from runtime.nn.module import *
