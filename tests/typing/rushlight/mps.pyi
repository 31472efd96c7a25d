from api.mps import *
