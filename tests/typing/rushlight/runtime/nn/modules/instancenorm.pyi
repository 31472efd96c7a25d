from runtime.nn.modules.instancenorm import *
