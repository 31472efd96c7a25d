"""Calling a pointwise row: promotion, the result's layout, the prepared launch, and the in-place and `out=` forms.

The work of deciding happens once per combination of layouts and dtypes; a call that was seen before looks its plan up.
"""
from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .. import typesystem as types
from ..dtype import DType, complex64, complex128
from ..kernels.running.direct import direct
from ..layout import Layout, broadcast_shapes
from ..promotion import follow_default_dtype, number_dtype, result_dtype
from ..storage import Storage
from ..tensor import Tensor
from ..type_info import can_cast
from .dtype_rules import type_name
from .elementwise import Launch, crosswise, dense_layout, prepare
from .fast_calls import NUMBER, OTHER, TENSOR, fresh, in_place, into_out, key_maker
from .overlap import check_out, check_writable, input_for_write
from .plans import Plans
from .quantized.quantized_forms import FORMS
from .resizing import resize_output
from .shape.copying import converted, copy_into, laid_out
from .table import Op, Sharing

if TYPE_CHECKING:
    from ..schema import Argument


_COMPLEX = (complex64, complex128)


class _Plan:
    """What a call does: convert some operands, turn some to the result's memory order, then launch into a fresh tensor."""

    __slots__ = ("again", "compute", "convert", "crosswise", "launch", "layout", "nbytes", "result")

    def __init__(self, compute: DType, result: DType, layout: Layout, convert: bool, crosswise: list[int]) -> None:
        self.compute = compute
        self.result = result
        self.layout = layout
        self.nbytes = layout.numel * result.itemsize
        self.convert = convert
        self.crosswise = crosswise
        self.launch: Launch | None = None
        self.again = False
        """Whether the row called on the converted operands gives the same, which is the shortest way then."""


class _Pointwise:
    """A pointwise row made ready to call.

    `run`, `run_in_place` and `run_out` are the general way: they decide, and leave plans for the short way of fast_calls.py.
    """

    def __init__(self, op: Op) -> None:
        row = op.base or op
        self.op = op
        self.traits = row.traits
        arguments = row.schema.args
        self.arguments = arguments
        self.choose = next((at for at, argument in enumerate(arguments) if argument.name == row.traits.choose), None)
        self.operands = [at for at, argument in enumerate(arguments) if argument.type in (types.TENSOR, types.NUMBER)]
        self.promoting = [_promotes(arguments[at], row.traits.parameters) for at in self.operands]
        # of the numbers that do not promote PyTorch checks one, the factor of sums and differences
        self.factor = row.traits.parameters == ("alpha",)
        letters: dict[types.Type, str] = {types.TENSOR: TENSOR, types.NUMBER: NUMBER}
        self.pattern = "".join(letters.get(argument.type, OTHER) for argument in arguments)
        self.key = key_maker(self.pattern)
        self.bodies: dict[Any, Callable[..., Any]] = {}
        self.plans = Plans[tuple[Any, ...], _Plan]()
        self.launches = Plans[tuple[Any, ...], Launch]()
        self.short = Plans[tuple[Any, ...], tuple[Any, ...]]()
        self.called: Callable[..., Tensor] | None = None
        follow_default_dtype(self.plans.clear)
        follow_default_dtype(self.launches.clear)
        follow_default_dtype(self.short.clear)

    def callable(self) -> Callable[..., Tensor]:
        """The function that callers are given."""
        if self.op.base is not None and self.op.writes_out:
            return into_out(self.pattern, self.short, self.run_out)
        defaults = [*itertools.takewhile(lambda one: one.has_default, reversed(self.arguments))][::-1]
        values = [one.default for one in defaults]
        if self.op.base is None:
            self.called = fresh(self.pattern, values, self.short, self.run)
            return self.called
        return in_place(self.pattern, values, self.short, self.run_in_place)

    def body(self, args: Sequence[Any], compute: DType) -> Callable[..., Any]:
        """The scalar function for these arguments."""
        if compute.is_complex:
            assert self.traits.complex is not None
            return self.traits.complex
        if self.traits.integral is not None and not compute.is_floating_point:
            return self.traits.integral
        if self.choose is None:
            return self.op.body
        choice = args[self.choose]
        if choice not in self.bodies:
            self.bodies[choice] = self.op.body(choice)
        return self.bodies[choice]

    def run(self, *args: Any) -> Tensor:
        """Into a fresh tensor."""
        key = self.key(*args)
        operands = [args[at] for at in self.operands]
        plan = self.plans.get(key)
        if plan is None:
            form = self.quantized_form(args)
            if form is not None:
                return form(*args)
            plan = self.plans[key] = self.plan(operands)
        if plan.convert:
            operands = _converted(operands, plan.compute)
            if plan.again:
                return self.call_again(args, operands)
        for at in plan.crosswise:
            operands[at] = laid_out(operands[at], plan.layout)
        storage = Storage.allocate(plan.nbytes)
        launch = plan.launch
        if launch is None:
            launch = plan.launch = self.launch(args, operands, plan.compute, plan.layout, plan.result)
            short = self.op.base is None and not plan.convert and not plan.crosswise
            frame = launch.frame(self.inputs(operands, plan.compute)) if short else None
            if frame is not None:
                # the frame comes along to stay alive as long as the plan
                self.short[key] = direct(), frame.address, plan.nbytes, plan.layout, plan.result, frame
            if plan.convert and self.called is not None and self.dtypes(operands) == (plan.compute, plan.result):
                again = self.call_again(args, operands)
                plan.again = again.layout is plan.layout and again.dtype is plan.result
        launch.run(operands, storage.address)
        return Tensor(storage, plan.layout, plan.result)

    def call_again(self, args: Sequence[Any], operands: Sequence[Any]) -> Tensor:
        """The row called with other operands."""
        given = [*args]
        for at, operand in zip(self.operands, operands):
            given[at] = operand
        assert self.called is not None
        return self.called(*given)

    def quantized_form(self, args: Sequence[Any]) -> Callable[..., Tensor] | None:
        """What the row does instead with a quantized operand, where it has such a form."""
        first = args[0]
        return FORMS.get(self.op.key) if isinstance(first, Tensor) and first.dtype.is_quantized else None

    def plan(self, operands: Sequence[Any]) -> _Plan:
        """Dtypes and layout of the result."""
        compute, result = self.dtypes(operands)
        layouts = [x.layout for x in operands if isinstance(x, Tensor)]
        shape = broadcast_shapes([layout.shape for layout in layouts])
        convert = any(isinstance(x, Tensor) and x.dtype is not compute for x in operands)
        layout = dense_layout(shape, layouts)
        turned = [at for at, x in enumerate(operands) if isinstance(x, Tensor) and crosswise(x.layout, layout)]
        return _Plan(compute, result, layout, convert, turned)

    def dtypes(self, operands: Sequence[Any]) -> tuple[DType, DType]:
        """Compute and result dtype by the row's rule."""
        classes: tuple[list[DType], list[DType], list[DType]] = ([], [], [])
        for operand, promotes in zip(operands, self.promoting):
            if not promotes:
                continue
            if isinstance(operand, Tensor):
                classes[0 if operand.layout.shape else 1].append(operand.dtype)
            else:
                classes[2].append(number_dtype(operand))
        common = result_dtype(*classes)
        rule = self.traits.dtype
        assert rule is not None
        compute, result = rule(common, [dtype for each in classes for dtype in each])
        if not (compute.computes or (compute in _COMPLEX and self.traits.complex is not None)):
            raise NotImplementedError(f"{self.op.name}: not implemented for {compute}; convert with .to(torch.float32) first")
        if self.factor:
            _check_factor(operands[-1], compute)
        return compute, result

    def launch(self, args: Sequence[Any], operands: Sequence[Any], compute: DType, output: Layout, result: DType) -> Launch:
        """The kernel for operands that are all in the compute dtype."""
        return prepare(self.body(args, compute), compute, self.inputs(operands, compute), output, result)

    def inputs(self, operands: Sequence[Any], compute: DType) -> list[tuple[Layout | None, DType]]:
        """Operands as `prepare` takes them. Numbers are rounded to a compute dtype of 16 bits only where PyTorch does so."""
        number = compute.opmath if self.traits.exact_numbers else compute
        return [
            (x.layout, x.dtype) if isinstance(x, Tensor) else (None, number if promotes else compute.opmath)
            for x, promotes in zip(operands, self.promoting)
        ]

    def run_in_place(self, *args: Any) -> Tensor:
        """Into the first operand."""
        target: Tensor = args[0]
        form = self.quantized_form(args)
        if form is not None:
            return form(*args)
        operands = [args[at] for at in self.operands]
        compute, result = self.dtypes(operands)
        check_castable(result, target.dtype)
        shape = broadcast_shapes([x.layout.shape for x in operands if isinstance(x, Tensor)])
        if shape != target.layout.shape:
            raise RuntimeError(f"output with shape {list(target.layout.shape)} doesn't match the broadcast shape {list(shape)}")
        check_writable(target)
        check_out(Sharing.SAME, operands, target)
        if target.dtype is not compute or result is not target.dtype:
            return copy_into(target, self.run(*args))
        return self.write(target, self.key(*args), args, operands, compute)

    def run_out(self, *args: Any) -> Tensor:
        """Into the tensor given as the last argument, which is resized to the result."""
        target: Tensor = args[-1]
        operands = [args[at] for at in self.operands]
        compute, result = self.dtypes(operands)
        check_castable(result, target.dtype)
        resize_output(target, broadcast_shapes([x.layout.shape for x in operands if isinstance(x, Tensor)]))
        check_writable(target)
        check_out(Sharing.SAME, operands, target)
        if target.dtype is not result:
            return copy_into(target, self.run(*args[:-1]))
        return self.write(target, (*self.key(*args[:-1]), target.layout.form, target.dtype), args, operands, compute)

    def write(self, target: Tensor, key: tuple[Any, ...], args: Sequence[Any], operands: Sequence[Any], compute: DType) -> Tensor:
        """Into a tensor of the result's shape and dtype, which inputs may overlap."""
        inputs = [input_for_write(x, target) if isinstance(x, Tensor) else x for x in _converted(operands, compute)]
        # inputs that were converted or copied have layouts of which the key knows nothing
        as_given = all(x is given for x, given in zip(inputs, operands))
        launch = self.launches.get(key) if as_given else None
        if launch is None:
            launch = self.launch(args, inputs, compute, target.layout, target.dtype)
            if as_given:
                self.launches[key] = launch
                frame = launch.frame(self.inputs(inputs, compute), (target.layout, target.dtype))
                if frame is not None:
                    self.short[key] = direct(), frame.address, frame
        launch.run(inputs, target.address)
        target.memory.version += 1
        return target


def _converted(operands: Sequence[Any], compute: DType) -> list[Any]:
    return [converted(x, compute) if isinstance(x, Tensor) else x for x in operands]


def _promotes(argument: Argument, excepted: tuple[str, ...]) -> bool:
    """Whether an operand has a say in the compute dtype."""
    return argument.name not in excepted and not (argument.type == types.NUMBER and argument.keyword_only)


def _check_factor(alpha: Any, compute: DType) -> None:
    if isinstance(alpha, float | complex) and not (compute.is_floating_point or compute.is_complex):
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, bool) and compute.name != "bool":
        raise RuntimeError("Boolean alpha only supported for Boolean results.")


def check_castable(source: DType, target: DType) -> None:
    """RuntimeError where a result may not be stored in a dtype of a lower kind."""
    if not can_cast(source, target):
        raise RuntimeError(f"result type {type_name(source)} can't be cast to the desired output type {type_name(target)}")


def pointwise_callable(op: Op) -> Callable[..., Tensor]:
    """The function behind a pointwise row or its in-place or out= variant."""
    return _Pointwise(op).callable()
