from api.utils.serialization.config import *
