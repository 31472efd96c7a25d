from api.utils.checkpoint import *
