from runtime.nn.modules.conv import *
