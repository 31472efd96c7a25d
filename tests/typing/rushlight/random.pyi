from api.random import *
