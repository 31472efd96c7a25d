"""Statements except assignments: branches, loops, `return`, `raise`, `with`, `del`.

In: statements. Out: nodes. `return`, `break` and `continue` stay `prim::ReturnStmt`, `prim::BreakStmt` and `prim::ContinueStmt` until
`passes/` takes them out of the control flow; loops have a second block with their condition until then. Next: `compiler.py`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..runtime.typesystem import ANY, INT, NONE, TENSOR, ClassType, Type, is_subtype, unify
from . import syntax
from .emit_assignments import AssignmentEmitter
from .emit_calls import INT64_MAX
from .emitter import LoopStatus
from .ir import Block, Value
from .source import ScriptError, Span
from .special_values import ClosureValue, ExceptionMessage, ExceptionValue
from .syntax import Expression, Statement
from .values import MethodValue, Operand, SimpleValue, SugaredValue


@dataclass(slots=True)
class Definition:
    """The function whose body is being emitted: closures nest."""

    declared: Type | None = None
    merged: Type | None = None


class StatementEmitter(AssignmentEmitter):
    """Statements."""

    definitions: list[Definition]

    @abstractmethod
    def closure(self, tree: syntax.FunctionDef) -> ClosureValue:
        """A nested function."""

    def statements(self, body: Sequence[Statement]) -> None:
        for statement in body:
            self._statement(statement)
            # nothing after this place in the block is reached
            if id(self.environment.block) in self.exits:
                return

    def _statement(self, statement: Statement) -> None:
        match statement:
            case syntax.Assign():
                self.assign(statement)
            case syntax.AugmentedAssign():
                self.augmented_assign(statement)
            case syntax.ExpressionStatement(value):
                self.sugared(value, 0)
            case syntax.If(condition, body, orelse):
                self.branches(statement.span, self.condition(condition), body, orelse)
            case syntax.While(condition, body):
                self._loop(statement.span, lambda: self.statements(body), condition=condition)
            case syntax.For(target, iterable, body):
                self.loop_over(statement.span, target, iterable, lambda: self.statements(body))
            case syntax.Return(value):
                self._return(statement.span, value)
            case syntax.Raise(exception):
                self._raise(statement.span, exception)
            case syntax.Assert(condition, message):
                self._assert(statement.span, condition, message)
            case syntax.Break() | syntax.Continue():
                self._jump(statement)
            case syntax.With():
                self._with(statement)
            case syntax.Delete(targets):
                for target in targets:
                    self._delete(statement.span, target)
            case syntax.FunctionDef():
                self.environment.assign(statement.span, statement.name, self.closure(statement), None)
            case syntax.Pass():
                pass

    # loops

    def loop_over(self, span: Span, target: Expression, iterable: Expression, body: Callable[[], None]) -> None:
        items = self.sugared(iterable).iter(self, span)
        if items.static_length() is None:
            self._loop(span, body, items=items, target=target)
        else:
            self._unrolled(span, target, items, body)

    def _loop(
        self,
        span: Span,
        body: Callable[[], None],
        *,
        items: SugaredValue | None = None,
        target: Expression | None = None,
        condition: Expression | None = None,
    ) -> None:
        trips = items.length(self, span) if items is not None else self.literal(INT64_MAX, span)
        made = self.node("prim::Loop", (), (), span)
        body_block = made.add_block()
        condition_block = made.add_block()
        self._loop_condition(span, condition_block, condition)
        made.add_input(trips)
        saved, self.loop = self.loop, LoopStatus.LOOP
        index = body_block.add_input(INT)
        with self.frame(body_block):
            if items is not None and target is not None:
                element = items.getitem(self, span, index).as_value(self, span)
                self.assign_values((target,), [SimpleValue(element)], span)
            body()
        self.loop = saved

    def _loop_condition(self, span: Span, block: Block, condition: Expression | None) -> None:
        if condition is None:
            assert block.owner is not None
            with self.graph.insert_point(block.owner):
                result = self.constant(True, span)
        else:
            with self.frame(block):
                result = self.as_bool(condition.span, self.expression(condition))
        block.add_output(result)

    def _unrolled(self, span: Span, target: Expression, items: SugaredValue, body: Callable[[], None]) -> None:
        """The body once per item. There is no frame of its own: what it assigns may have another type each time."""
        length = items.static_length()
        assert length is not None
        saved, self.loop = self.loop, LoopStatus.UNROLLED
        for index in range(length):
            position = self.literal(index, span)
            self.assign_values((target,), [items.getitem(self, span, position)], target.span)
            body()
        self.loop = saved

    def _jump(self, statement: syntax.Break | syntax.Continue) -> None:
        word = "break" if isinstance(statement, syntax.Break) else "continue"
        if self.loop is LoopStatus.NONE:
            raise ScriptError(f"SyntaxError: '{word}' outside loop", statement.span)
        if self.loop is LoopStatus.UNROLLED:
            raise ScriptError(
                "Because we emit iteration over modulelists or tuples as unrolled loops, "
                "we do not support break or continue inside the body of these loops",
                statement.span,
            )
        self.node("prim::BreakStmt" if word == "break" else "prim::ContinueStmt", (), (), statement.span)

    # leaving the function

    def _return(self, span: Span, tree: Expression | None) -> None:
        definition = self.definitions[-1]
        declared = definition.declared
        tree = tree if tree is not None else syntax.Constant(None, span)
        value = self.expression(tree, declared)
        if declared is not None:
            if not (is_subtype(value.type, TENSOR) and is_subtype(value.type, NONE)):
                value = self.convert(span, declared, value, implicit=True)
            if not is_subtype(value.type, declared):
                raise ScriptError(
                    f"Return value was annotated as having type {declared.annotation()} but is actually of type {value.type.annotation()}",
                    span,
                )
            result = declared
        else:
            previous = definition.merged or value.type
            unified = unify(previous, value.type)
            if unified is None:
                raise ScriptError(
                    f"Previous return statement returned a value of type {previous.annotation()} "
                    f"but this return statement returns a value of type {value.type.annotation()}",
                    span,
                )
            result = unified
        definition.merged = result
        if result is ANY and value.type is not ANY:
            value = self.unchecked_cast(value, ANY)
        self.node("prim::ReturnStmt", [value])
        self.exits.add(id(self.environment.block))

    def _raise(self, span: Span, tree: Expression) -> None:
        exception = self.sugared(tree)
        if isinstance(exception, ExceptionMessage):
            self.emit_raise(span, exception.message, exception.qualified_name)
        elif isinstance(exception, ExceptionValue):
            self.emit_raise(span, self.constant("", span), None)
        else:
            raise ScriptError("exceptions must derive from BaseException", span)

    def _assert(self, span: Span, condition: Expression, message: Expression | None) -> None:
        """An `if` whose false branch raises; what the condition says about types holds from here on."""
        text = message if message is not None else syntax.Constant("", span)
        exception = syntax.Call(syntax.Name("AssertionError", span), (text,), (), span)
        self.branches(span, self.condition(condition), (), (syntax.Raise(exception, span),))

    # with

    def _with(self, statement: syntax.With) -> None:
        entered: list[Value] = []
        for item in statement.items:
            manager = self.expression(item.context)
            made = self.node("prim::Enter", [manager], (self._entered_type(item, manager.type),))
            entered.append(manager)
            if item.target is not None:
                if not isinstance(item.target, syntax.Name):
                    raise ScriptError("the target of a with item must be a variable", item.target.span)
                self.environment.set_value(item.target.span, item.target.identifier, made.output)
        self.statements(statement.body)
        for manager in reversed(entered):
            self.node("prim::Exit", [manager], (TENSOR,))

    def _entered_type(self, item: syntax.WithItem, kind: Type) -> Type:
        span = item.context.span
        if not isinstance(kind, ClassType):
            raise ScriptError("With item expression must return an object", span)
        if "__enter__" not in kind.methods or "__exit__" not in kind.methods:
            raise ScriptError("Object returned by with item expression does not define __enter__ and __exit__ methods", span)
        enter = self.schema_of(kind.methods["__enter__"], span, "method")
        leave = self.schema_of(kind.methods["__exit__"], span, "method")
        if len(enter.args) != 1:
            raise ScriptError("__enter__ must have only one argument and one return value", span)
        if len(leave.args) != 4:
            raise ScriptError("__exit__ must have four arguments", span)
        for index, argument in enumerate(leave.args[1:], 1):
            if argument.type is not ANY:
                raise ScriptError(
                    f"argument {index} of __exit__ must have Any type; TorchScript does not currently support passing exception type, "
                    "value, or traceback to the __exit__ function.",
                    span,
                )
        return enter.returns[0].type

    # del

    def _delete(self, span: Span, target: Expression) -> None:
        if isinstance(target, syntax.Name):
            self.environment.remove(target.identifier, target.span)
            return
        if not isinstance(target, syntax.Subscript):
            raise ScriptError("del statements are only supported for deleting list and dict items and variables", target.span)
        if isinstance(target.indices[0], syntax.Slice):
            raise ScriptError("del statements only support deletion at a single index, slicing is not supported", target.span)
        owner = self.sugared(target.value)
        index = self.expression(target.indices[0])
        value = owner.as_value(self, target.value.span)
        if not isinstance(value.type, ClassType):
            self.operator("aten::Delete", [value, index], target.span)
            return
        if "__delitem__" not in value.type.methods:
            raise ScriptError("Class does not define __delitem__", target.span)
        MethodValue(value, ("__delitem__",)).call(self, span, [Operand(index, span)])
