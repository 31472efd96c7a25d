from script.overloads import *
