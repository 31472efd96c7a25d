from runtime.nn.modules.dropout import *
