from runtime.nn.hooks import *
