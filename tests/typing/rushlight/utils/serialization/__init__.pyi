from api.utils.serialization import *
