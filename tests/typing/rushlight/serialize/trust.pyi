from serialize.trust import *
