from api.utils.dlpack import *
