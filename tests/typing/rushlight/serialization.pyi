from api.serialization import *
