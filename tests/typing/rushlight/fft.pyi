from api.fft import *
