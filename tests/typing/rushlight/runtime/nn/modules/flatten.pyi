from runtime.nn.modules.flatten import *
