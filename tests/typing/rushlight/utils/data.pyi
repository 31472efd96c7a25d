from api.utils.data import *
