from runtime.functional import *
