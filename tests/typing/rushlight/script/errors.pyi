from script.errors import *
