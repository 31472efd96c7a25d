from script.module import *
