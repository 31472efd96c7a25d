from api.special import *
