from api.backends.cuda import *
