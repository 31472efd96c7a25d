from runtime.nn.modules.transformer import *
