from api.nn.common_types import *
