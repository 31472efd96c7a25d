from api.types import *
