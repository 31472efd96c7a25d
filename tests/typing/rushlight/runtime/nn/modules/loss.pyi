from runtime.nn.modules.loss import *
