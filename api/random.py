"""The seeds and states of random numbers."""
from __future__ import annotations

from rushlight.runtime.random import fork_rng as fork_rng
from rushlight.runtime.random import get_rng_state as get_rng_state
from rushlight.runtime.random import initial_seed as initial_seed
from rushlight.runtime.random import manual_seed as manual_seed
from rushlight.runtime.random import seed as seed
from rushlight.runtime.random import set_rng_state as set_rng_state
