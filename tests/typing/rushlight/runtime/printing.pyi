from runtime.printing import *
