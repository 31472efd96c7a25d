from runtime.nn.modules.fold import *
