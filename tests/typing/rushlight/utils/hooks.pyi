from api.utils.hooks import *
