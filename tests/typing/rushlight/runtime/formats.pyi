from runtime.formats import *
