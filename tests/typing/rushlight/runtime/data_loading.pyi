from runtime.data_loading import *
