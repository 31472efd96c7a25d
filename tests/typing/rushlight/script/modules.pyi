from script.modules import *
