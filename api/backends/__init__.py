"""Switches of PyTorch's libraries; they can be set, and change nothing here."""
from __future__ import annotations

from rushlight.backends import cpu as cpu
from rushlight.backends import cuda as cuda
from rushlight.backends import cudnn as cudnn
from rushlight.backends import mkl as mkl
from rushlight.backends import mkldnn as mkldnn
from rushlight.backends import mps as mps
from rushlight.backends import openmp as openmp
from rushlight.backends import opt_einsum as opt_einsum
from rushlight.backends import quantized as quantized
