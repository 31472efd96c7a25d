from api.backends.cudnn import *
