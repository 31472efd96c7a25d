from runtime.layout import *
