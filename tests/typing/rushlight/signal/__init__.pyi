from api.signal import *
