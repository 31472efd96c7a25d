from api.cuda.nvtx import *
