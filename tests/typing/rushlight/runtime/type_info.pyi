from runtime.type_info import *
