from runtime.surroundings import *
