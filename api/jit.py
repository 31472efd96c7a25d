"""Scripting, saving and loading: `rushlight.jit`."""
from __future__ import annotations

from rushlight.runtime.kernels.running.bundle import save_bundle as save_bundle
from rushlight.runtime.limits import LimitExceeded as LimitExceeded
from rushlight.runtime.limits import limits as limits
from rushlight.runtime.scripting import Future as Future
from rushlight.runtime.scripting import annotate as annotate
from rushlight.runtime.scripting import fork as fork
from rushlight.runtime.scripting import is_scripting as is_scripting
from rushlight.runtime.scripting import is_tracing as is_tracing
from rushlight.runtime.scripting import script_if_tracing as script_if_tracing
from rushlight.runtime.scripting import unwrap_optional
from rushlight.runtime.scripting import wait as wait
from rushlight.script.errors import Error as Error
from rushlight.script.errors import ScriptWarning as ScriptWarning
from rushlight.script.executor_settings import enable_onednn_fusion as enable_onednn_fusion
from rushlight.script.executor_settings import fuser as fuser
from rushlight.script.executor_settings import onednn_fusion_enabled as onednn_fusion_enabled
from rushlight.script.executor_settings import optimized_execution as optimized_execution
from rushlight.script.executor_settings import set_fusion_strategy as set_fusion_strategy
from rushlight.script.executor_settings import strict_fusion as strict_fusion
from rushlight.script.freezing import freeze as freeze
from rushlight.script.freezing import optimize_for_inference as optimize_for_inference
from rushlight.script.freezing import run_frozen_optimizations as run_frozen_optimizations
from rushlight.script.jit import Attribute as Attribute
from rushlight.script.jit import Final as Final
from rushlight.script.jit import interface as interface
from rushlight.script.jit import isinstance_
from rushlight.script.jit import script as script
from rushlight.script.marks import export as export
from rushlight.script.marks import ignore as ignore
from rushlight.script.marks import set_module as set_module
from rushlight.script.marks import unused as unused
from rushlight.script.module import RecursiveScriptClass as RecursiveScriptClass
from rushlight.script.module import RecursiveScriptModule as RecursiveScriptModule
from rushlight.script.module import ScriptFunction as ScriptFunction
from rushlight.script.module import ScriptModule as ScriptModule
from rushlight.script.module import set_archive_writer, set_code_printer
from rushlight.script.modules import export_opnames as export_opnames
from rushlight.script.overloads import overload, overload_method
from rushlight.script.script_methods import script_method as script_method
from rushlight.script.text_functions import CompilationUnit as CompilationUnit
from rushlight.script.tracing import TopLevelTracedModule as TopLevelTracedModule
from rushlight.script.tracing import TracedModule as TracedModule
from rushlight.script.tracing import TracerWarning as TracerWarning
from rushlight.script.tracing import TracingCheckError as TracingCheckError
from rushlight.script.tracing import trace as trace
from rushlight.script.tracing import trace_module as trace_module
from rushlight.serialize.jit import function_code, write
from rushlight.serialize.jit import load as load
from rushlight.serialize.jit import save as save

isinstance = isinstance_
_fork = fork
_wait = wait
_overload = overload
_overload_method = overload_method
_unwrap_optional = unwrap_optional

set_archive_writer(write)
set_code_printer(function_code)
