from api.cuda.amp import *
