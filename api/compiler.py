"""What programs ask a compiler of Python bytecode; there is none here."""
from __future__ import annotations

from rushlight.runtime.surroundings import accept, never, nothing, same_function
from rushlight.runtime.surroundings import compile as compile
from rushlight.runtime.surroundings import disable as disable

is_compiling = never
is_dynamo_compiling = never
is_exporting = never
allow_in_graph = same_function
assume_constant_result = same_function
list_backends = nothing
reset = accept
cudagraph_mark_step_begin = accept
