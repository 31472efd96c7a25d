from serialize.file_survey import *
