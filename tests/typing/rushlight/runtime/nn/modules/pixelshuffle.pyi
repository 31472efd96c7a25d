from runtime.nn.modules.pixelshuffle import *
