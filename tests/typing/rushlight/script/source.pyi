from script.source import *
