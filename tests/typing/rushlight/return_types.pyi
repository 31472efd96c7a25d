from api.return_types import *
