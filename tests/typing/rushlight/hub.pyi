from api.hub import *
