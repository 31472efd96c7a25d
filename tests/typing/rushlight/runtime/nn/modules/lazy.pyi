from runtime.nn.modules.lazy import *
