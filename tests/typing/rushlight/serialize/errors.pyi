from serialize.errors import *
