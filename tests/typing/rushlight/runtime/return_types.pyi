from runtime.return_types import *
