"""The voice detector of the package silero-vad, where it is installed: chunk by chunk as in PyTorch, at both rates, and resaved."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")
FOUND = importlib.util.find_spec("silero_vad")
if FOUND is None or not FOUND.submodule_search_locations:
    pytest.skip("silero-vad is not installed", allow_module_level=True)
MODEL = Path(FOUND.submodule_search_locations[0]) / "data" / "silero_vad.jit"


def speech(seconds: float, rate: int) -> np.ndarray:
    """A voice of sorts: syllables of harmonics with formants and hiss, and pauses between them."""
    generator = np.random.default_rng(7)
    time = np.arange(int(seconds * rate)) / rate
    pitch = 120 + 30 * np.sin(2 * np.pi * 0.7 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    voice = np.zeros_like(time)
    for harmonic in range(1, 20):
        strength = np.exp(-(((harmonic * 120 - 600) / 500) ** 2)) + 0.5 * np.exp(-(((harmonic * 120 - 1500) / 400) ** 2)) + 0.02
        voice += strength * np.sin(harmonic * phase)
    syllables = np.clip(np.sin(2 * np.pi * 2.3 * time), 0, None) * (np.sin(2 * np.pi * 0.15 * time) > -0.3)
    return (0.1 * voice * syllables + 0.003 * generator.standard_normal(time.size)).astype(np.float32)


def probabilities(model: Any, tensor: Any, sound: np.ndarray, rate: int) -> list[float]:
    """The probability of speech in each chunk; the model keeps a state, which is reset in the middle."""
    size = 512 if rate == 16000 else 256
    model.reset_states()
    found: list[float] = []
    chunks = len(sound) // size
    for at in range(chunks):
        if at == chunks // 2:
            model.reset_states()
        found.append(float(model(tensor(sound[at * size : (at + 1) * size]), rate).item()))
    return found


@pytest.mark.parametrize("rate", [16000, 8000])
def test_probabilities_are_pytorchs(rate: int) -> None:
    sound = speech(30 if rate == 16000 else 10, rate)
    with torch.no_grad():
        expected = probabilities(torch.jit.load(str(MODEL)).eval(), torch.from_numpy, sound, rate)
    assert min(expected) < 0.1 and max(expected) > 0.3, "the sound is no test"
    model = rl.jit.load(MODEL).eval()
    np.testing.assert_allclose(probabilities(model, rl.from_numpy, sound, rate), expected, rtol=0, atol=1e-4)
    saved = io.BytesIO()
    rl.jit.save(model, saved)
    saved.seek(0)
    with torch.no_grad():
        again = probabilities(torch.jit.load(saved).eval(), torch.from_numpy, sound, rate)
    np.testing.assert_array_equal(again, expected)
