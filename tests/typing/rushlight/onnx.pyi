from api.onnx import *
