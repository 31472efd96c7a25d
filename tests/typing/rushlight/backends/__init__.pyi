from api.backends import *
