from api.nn import *
