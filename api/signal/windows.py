"""Window functions: `rushlight.signal.windows.hann(10)`."""
from __future__ import annotations

from rushlight.runtime.signal_windows import bartlett as bartlett
from rushlight.runtime.signal_windows import blackman as blackman
from rushlight.runtime.signal_windows import cosine as cosine
from rushlight.runtime.signal_windows import exponential as exponential
from rushlight.runtime.signal_windows import gaussian as gaussian
from rushlight.runtime.signal_windows import general_cosine as general_cosine
from rushlight.runtime.signal_windows import general_hamming as general_hamming
from rushlight.runtime.signal_windows import hamming as hamming
from rushlight.runtime.signal_windows import hann as hann
from rushlight.runtime.signal_windows import kaiser as kaiser
from rushlight.runtime.signal_windows import nuttall as nuttall
