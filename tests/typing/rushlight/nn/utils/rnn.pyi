from api.nn.utils.rnn import *
