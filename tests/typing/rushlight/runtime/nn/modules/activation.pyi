from runtime.nn.modules.activation import *
