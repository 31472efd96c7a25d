"""What programs ask a compiler of Python bytecode; there is none here."""
from __future__ import annotations

from rushlight.runtime.surroundings import compile_bytecode, never, same_function
from rushlight.runtime.surroundings import disable as disable

is_compiling = never
is_dynamo_compiling = never
allow_in_graph = same_function
compile = compile_bytecode
