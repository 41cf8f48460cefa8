"""What functions of the standard library take that are not written in Python, such as ``math.isnan``.

They have no source to read. What this interpreter was built with says it: only modules that are part of it, or were
compiled beside it, are loaded for that, and ``os``, which is. A compiled file of such a name elsewhere on the path,
in the workspace when Python was started there, is never loaded.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import sysconfig
from functools import lru_cache
from importlib.machinery import ExtensionFileLoader, PathFinder
from types import BuiltinFunctionType

from sightline.checks.signature import Parameters
from sightline.graph.facts import Parameter, ParameterKind

_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: ParameterKind.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD: ParameterKind.POSITIONAL,
    inspect.Parameter.VAR_POSITIONAL: ParameterKind.VARIADIC,
    inspect.Parameter.KEYWORD_ONLY: ParameterKind.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD: ParameterKind.VARIADIC_KEYWORD,
}

#: Where the standard library keeps compiled modules: on Unix, and on Windows.
_FOLDERS = [sysconfig.get_config_var("DESTSHARED") or os.path.join(sys.base_prefix, "DLLs")]


@lru_cache(maxsize=512)
def compiled_function(name: str) -> Parameters | None:
    """What the function with the full name ``module.function`` takes; ``None`` if it is none, or does not say it."""
    module, _, function = name.partition(".")
    if module not in sys.stdlib_module_names or not (module == "os" or _is_compiled(module)):
        return None
    try:
        found = getattr(importlib.import_module(module), function, None)
        if not isinstance(found, BuiltinFunctionType):
            return None
        rows = inspect.signature(found).parameters.values()
    except (ImportError, TypeError, ValueError):
        return None
    return tuple(
        Parameter(name=row.name, kind=_KINDS[row.kind], has_default=row.default is not inspect.Parameter.empty)
        for row in rows
    )


def _is_compiled(module: str) -> bool:
    if module in sys.builtin_module_names:
        return True
    found, own = PathFinder.find_spec(module), PathFinder.find_spec(module, _FOLDERS)
    if found is None or own is None or found.origin != own.origin:
        return False
    return isinstance(own.loader, ExtensionFileLoader)
