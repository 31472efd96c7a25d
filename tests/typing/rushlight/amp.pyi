from api.amp import *
