"""Parameters computed by modules."""
from __future__ import annotations

from rushlight.runtime.nn.utils.parametrize import ParametrizationList as ParametrizationList
from rushlight.runtime.nn.utils.parametrize import cached as cached
from rushlight.runtime.nn.utils.parametrize import is_parametrized as is_parametrized
from rushlight.runtime.nn.utils.parametrize import register_parametrization as register_parametrization
from rushlight.runtime.nn.utils.parametrize import remove_parametrizations as remove_parametrizations
from rushlight.runtime.nn.utils.parametrize import transfer_parametrizations_and_params as transfer_parametrizations_and_params
from rushlight.runtime.nn.utils.parametrize import type_before_parametrizations as type_before_parametrizations
