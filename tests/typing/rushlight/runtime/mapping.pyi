from runtime.mapping import *
