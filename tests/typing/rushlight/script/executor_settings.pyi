from script.executor_settings import *
