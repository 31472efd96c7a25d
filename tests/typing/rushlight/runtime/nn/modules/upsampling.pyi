from runtime.nn.modules.upsampling import *
