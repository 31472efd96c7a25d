from api.masked import *
