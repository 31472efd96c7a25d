from runtime.signal_windows import *
