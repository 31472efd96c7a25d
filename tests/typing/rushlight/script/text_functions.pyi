from script.text_functions import *
