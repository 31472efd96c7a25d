from api.autograd.functional import *
