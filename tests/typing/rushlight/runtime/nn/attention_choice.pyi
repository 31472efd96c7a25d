from runtime.nn.attention_choice import *
