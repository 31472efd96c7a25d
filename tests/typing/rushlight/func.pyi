from api.func import *
