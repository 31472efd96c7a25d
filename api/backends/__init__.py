"""Switches of PyTorch's libraries; they can be set, and change nothing here."""
from __future__ import annotations

from rushlight.backends import cuda as cuda
from rushlight.backends import cudnn as cudnn
from rushlight.backends import mps as mps
