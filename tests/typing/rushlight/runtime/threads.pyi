from runtime.threads import *
