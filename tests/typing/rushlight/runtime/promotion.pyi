from runtime.promotion import *
