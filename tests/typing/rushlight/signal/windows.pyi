from api.signal.windows import *
