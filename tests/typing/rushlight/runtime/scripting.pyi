from runtime.scripting import *
