from runtime.factories import *
