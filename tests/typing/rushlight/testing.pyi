from api.testing import *
