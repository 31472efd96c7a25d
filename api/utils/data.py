"""Data sets, and what goes through them in batches."""
from __future__ import annotations

from rushlight.runtime.data_loading import DataLoader as DataLoader
from rushlight.runtime.data_loading import default_collate as default_collate
from rushlight.runtime.data_loading import default_convert as default_convert
from rushlight.runtime.data_loading import get_worker_info as get_worker_info
from rushlight.runtime.datasets import ChainDataset as ChainDataset
from rushlight.runtime.datasets import ConcatDataset as ConcatDataset
from rushlight.runtime.datasets import Dataset as Dataset
from rushlight.runtime.datasets import IterableDataset as IterableDataset
from rushlight.runtime.datasets import StackDataset as StackDataset
from rushlight.runtime.datasets import Subset as Subset
from rushlight.runtime.datasets import TensorDataset as TensorDataset
from rushlight.runtime.datasets import random_split as random_split
from rushlight.runtime.samplers import BatchSampler as BatchSampler
from rushlight.runtime.samplers import RandomSampler as RandomSampler
from rushlight.runtime.samplers import Sampler as Sampler
from rushlight.runtime.samplers import SequentialSampler as SequentialSampler
from rushlight.runtime.samplers import SubsetRandomSampler as SubsetRandomSampler
from rushlight.runtime.samplers import WeightedRandomSampler as WeightedRandomSampler
