from runtime.nn.modules.padding import *
