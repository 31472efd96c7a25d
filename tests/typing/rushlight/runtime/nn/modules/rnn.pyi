from runtime.nn.modules.rnn import *
