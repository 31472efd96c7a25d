from script.script_methods import *
