from script.marks import *
