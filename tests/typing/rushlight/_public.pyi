from api._public import *
