from api.utils import *
