"""What compiled functions of the standard library take, and from where their modules are loaded."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from sightline.checks.compiled_functions import compiled_function


def test_the_interpreter_says_what_its_functions_take() -> None:
    taken = compiled_function("math.isnan")
    assert taken is not None
    assert len(taken) == 1
    assert compiled_function("os.mkdir") is not None
    assert compiled_function("json.loads") is None


def test_a_compiled_file_of_the_workspace_is_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python started in a workspace looks for modules there first."""
    for name in ("cmath", "mmap", "fcntl", "_lsprof"):
        (tmp_path / f"{name}{EXTENSION_SUFFIXES[0]}").write_bytes(b"")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    loaded: list[str] = []
    monkeypatch.setattr(importlib, "import_module", loaded.append)
    for name in ("cmath", "mmap", "fcntl", "_lsprof"):
        if name not in sys.builtin_module_names:
            assert compiled_function(f"{name}.anything{os.getpid()}") is None
    assert loaded == []
