"""Scripting, saving and loading: `rushlight.jit`."""
from __future__ import annotations

from rushlight.runtime.kernels.bundle import save_bundle as save_bundle
from rushlight.runtime.scripting import annotate as annotate
from rushlight.runtime.scripting import is_scripting as is_scripting
from rushlight.script.errors import Error as Error
from rushlight.script.jit import Attribute as Attribute
from rushlight.script.jit import Final as Final
from rushlight.script.jit import fork as fork
from rushlight.script.jit import interface as interface
from rushlight.script.jit import is_tracing as is_tracing
from rushlight.script.jit import isinstance_
from rushlight.script.jit import script as script
from rushlight.script.jit import wait as wait
from rushlight.script.marks import export as export
from rushlight.script.marks import ignore as ignore
from rushlight.script.marks import unused as unused
from rushlight.script.module import RecursiveScriptModule as RecursiveScriptModule
from rushlight.script.module import ScriptFunction as ScriptFunction
from rushlight.script.module import ScriptModule as ScriptModule
from rushlight.script.module import set_archive_writer, set_code_printer
from rushlight.serialize.jit import function_code, write
from rushlight.serialize.jit import load as load
from rushlight.serialize.jit import save as save

isinstance = isinstance_

set_archive_writer(write)
set_code_printer(function_code)
