from serialize import *
