from serialize.live_torch import *
