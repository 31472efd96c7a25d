from api.nn.utils.prune import *
