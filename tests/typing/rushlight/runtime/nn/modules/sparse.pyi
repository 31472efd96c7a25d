from runtime.nn.modules.sparse import *
