from runtime.nn.modules.utils import *
