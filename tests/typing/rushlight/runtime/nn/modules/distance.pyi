from runtime.nn.modules.distance import *
