from api.xpu import *
