from api.optim.lr_scheduler import *
