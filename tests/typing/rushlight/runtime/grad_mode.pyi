from runtime.grad_mode import *
