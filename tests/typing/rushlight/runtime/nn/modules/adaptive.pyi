from runtime.nn.modules.adaptive import *
