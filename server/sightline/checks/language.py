"""Which rules hold for a file: those of Python, or those of JavaScript and TypeScript."""

from __future__ import annotations

from sightline.base.paths import WorkspacePath

_PYTHON = frozenset({".py", ".pyi"})
_TYPED = frozenset({".ts", ".tsx", ".mts", ".cts"})
_GO = frozenset({".go"})
_UNTYPED = frozenset({".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte"})


def is_python(path: WorkspacePath) -> bool:
    """Whether a file is Python source."""
    return path.suffix in _PYTHON


def is_go(path: WorkspacePath) -> bool:
    """Whether a file is Go source."""
    return path.suffix in _GO


def is_script(path: WorkspacePath) -> bool:
    """Whether a file is JavaScript or TypeScript, or holds blocks of them."""
    return path.suffix in _TYPED or path.suffix in _UNTYPED


def is_typed_script(path: WorkspacePath) -> bool:
    """Whether a file is TypeScript, whose compiler counts arguments. JavaScript lets any number pass.

    The block of a component may be written in either: its name does not tell.
    """
    return path.suffix in _TYPED
