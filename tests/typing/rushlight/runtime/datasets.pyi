from runtime.datasets import *
