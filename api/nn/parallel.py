"""Modules over several devices, of which there is one."""
from __future__ import annotations

from rushlight.runtime.nn.parallel import DataParallel as DataParallel
from rushlight.runtime.nn.parallel import DistributedDataParallel as DistributedDataParallel
