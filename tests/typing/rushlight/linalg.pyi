from api.linalg import *
