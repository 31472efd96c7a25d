from api.backends.mkldnn import *
