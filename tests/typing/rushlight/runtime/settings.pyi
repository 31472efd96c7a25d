from runtime.settings import *
