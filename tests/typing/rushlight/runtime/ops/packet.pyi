from runtime.ops.packet import *
