from api.autograd.function import *
