from api.accelerator import *
