from script import *
