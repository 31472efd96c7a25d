from api.autograd import *
