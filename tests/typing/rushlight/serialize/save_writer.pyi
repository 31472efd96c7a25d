from serialize.save_writer import *
