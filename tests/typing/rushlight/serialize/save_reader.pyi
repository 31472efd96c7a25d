from serialize.save_reader import *
