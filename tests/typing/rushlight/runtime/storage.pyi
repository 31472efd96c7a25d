from runtime.storage import *
