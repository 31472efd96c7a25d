from script.freezing import *
