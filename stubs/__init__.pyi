"""Made by tests/docs/make.py from the operator table."""
from rushlight._operators import *
from rushlight import accelerator as accelerator
from rushlight import amp as amp
from rushlight import autograd as autograd
from rushlight import backends as backends
from rushlight import compiler as compiler
from rushlight import cpu as cpu
from rushlight import cuda as cuda
from rushlight import distributed as distributed
from rushlight import fft as fft
from rushlight import func as func
from rushlight import functional as functional
from rushlight import fx as fx
from rushlight import hub as hub
from rushlight import jit as jit
from rushlight import linalg as linalg
from rushlight import masked as masked
from rushlight import mps as mps
from rushlight import nn as nn
from rushlight import onnx as onnx
from rushlight import optim as optim
from rushlight import overrides as overrides
from rushlight import profiler as profiler
from rushlight import random as random
from rushlight import return_types as return_types
from rushlight import serialization as serialization
from rushlight import signal as signal
from rushlight import special as special
from rushlight import testing as testing
from rushlight import types as types
from rushlight import utils as utils
from rushlight import version as version
from rushlight import xpu as xpu
from rushlight._public import *
from rushlight.serialize.live_torch import from_torch as from_torch

__version__: str
