from runtime.ops.namespaces import *
