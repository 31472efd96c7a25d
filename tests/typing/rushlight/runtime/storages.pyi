from runtime.storages import *
