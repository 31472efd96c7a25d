from api.cuda import *
