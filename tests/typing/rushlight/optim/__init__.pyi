from api.optim import *
