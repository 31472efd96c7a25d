from api.fx import *
