from runtime.nn.modules.container import *
