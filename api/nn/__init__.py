"""Modules, parameters and layers under PyTorch's names."""
from __future__ import annotations

from rushlight.nn import functional as functional
from rushlight.nn import init as init
from rushlight.nn import modules as modules
from rushlight.nn import parameter as parameter
from rushlight.runtime.nn.module import Module as Module
from rushlight.runtime.nn.modules.activation import GELU as GELU
from rushlight.runtime.nn.modules.activation import LogSoftmax as LogSoftmax
from rushlight.runtime.nn.modules.activation import ReLU as ReLU
from rushlight.runtime.nn.modules.activation import Sigmoid as Sigmoid
from rushlight.runtime.nn.modules.activation import Softmax as Softmax
from rushlight.runtime.nn.modules.activation import Tanh as Tanh
from rushlight.runtime.nn.modules.batchnorm import BatchNorm1d as BatchNorm1d
from rushlight.runtime.nn.modules.batchnorm import BatchNorm2d as BatchNorm2d
from rushlight.runtime.nn.modules.batchnorm import BatchNorm3d as BatchNorm3d
from rushlight.runtime.nn.modules.container import ModuleList as ModuleList
from rushlight.runtime.nn.modules.container import Sequential as Sequential
from rushlight.runtime.nn.modules.conv import Conv1d as Conv1d
from rushlight.runtime.nn.modules.conv import Conv2d as Conv2d
from rushlight.runtime.nn.modules.conv import Conv3d as Conv3d
from rushlight.runtime.nn.modules.conv import ConvTranspose1d as ConvTranspose1d
from rushlight.runtime.nn.modules.conv import ConvTranspose2d as ConvTranspose2d
from rushlight.runtime.nn.modules.conv import ConvTranspose3d as ConvTranspose3d
from rushlight.runtime.nn.modules.dropout import Dropout as Dropout
from rushlight.runtime.nn.modules.flatten import Flatten as Flatten
from rushlight.runtime.nn.modules.flatten import Unflatten as Unflatten
from rushlight.runtime.nn.modules.linear import Identity as Identity
from rushlight.runtime.nn.modules.linear import Linear as Linear
from rushlight.runtime.nn.modules.pooling import AdaptiveAvgPool2d as AdaptiveAvgPool2d
from rushlight.runtime.nn.modules.pooling import AvgPool2d as AvgPool2d
from rushlight.runtime.nn.modules.pooling import MaxPool2d as MaxPool2d
from rushlight.runtime.nn.parameter import Buffer as Buffer
from rushlight.runtime.nn.parameter import Parameter as Parameter
