from api.cpu import *
