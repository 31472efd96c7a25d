from runtime.nn.modules.channelshuffle import *
