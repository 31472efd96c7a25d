from api.compiler import *
