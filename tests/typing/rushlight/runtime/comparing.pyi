from runtime.comparing import *
