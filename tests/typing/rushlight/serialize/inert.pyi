from serialize.inert import *
