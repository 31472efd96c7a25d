from serialize.save_options import *
