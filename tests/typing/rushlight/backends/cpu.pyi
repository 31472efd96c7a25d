from api.backends.cpu import *
