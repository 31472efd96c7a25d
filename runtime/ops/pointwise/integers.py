"""Rows of integers: common divisors and multiples, and bits of a number beside a tensor."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import dtype as dtypes
from ...dtype import DType
from ..creation.factories import scalar_tensor
from ..dtype_rules import DTypeRule, type_name
from ..table import composite, pointwise, required


def _whole_numbers(name: str) -> DTypeRule:
    def rule(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
        if not common.is_integral or common is dtypes.bool_:
            raise NotImplementedError(f'"{name}" not implemented for \'{type_name(common)}\'')
        return common, common

    return rule


@pointwise("gcd(Tensor self, Tensor other) -> Tensor", dtype=_whole_numbers("gcd_cpu"))
def gcd(a: Any, b: Any) -> Any:
    """The greatest common divisor; 0 for two zeros."""
    # the least integer has no quotient by -1: processors stop there, and compilers take a quotient that makes this endless
    while b != 0 and b != -1:
        a, b = b, a - (a // b) * b
    return abs(a) if b == 0 else abs(b)


@pointwise("lcm(Tensor self, Tensor other) -> Tensor", dtype=_whole_numbers("lcm_cpu"))
def lcm(a: Any, b: Any) -> Any:
    """The least common multiple; 0 beside a zero."""
    first, second = a, b
    while b != 0 and b != -1:
        a, b = b, a - (a // b) * b
    common = a if b == 0 else abs(b)
    return common if common == 0 else abs(first // common * second)


for _name in ("and", "or", "xor"):

    @composite(f"bitwise_{_name}.Scalar_Tensor(Scalar self, Tensor other) -> Tensor")
    def bitwise_number(self: Any, other: Any, name: str = _name) -> Any:
        """Bit by bit, for a number and a tensor."""
        number = scalar_tensor(self, dtypes.bool_ if isinstance(self, bool) else dtypes.int64)
        return required(f"aten::bitwise_{name}.Tensor")(number, other)
