"""What the linter that aider publishes says of an edit, for comparison.

Its rules (aider/linter.py): every edited file is searched for ERROR and MISSING nodes of tree-sitter; Python is also
compiled, and given to flake8 for the codes E9, F821, F823, F831, F406, F407, F701, F702, F704 and F706. It looks at
the file as it is after the edit, never at others. aider leaves TypeScript out of the tree-sitter search; here it is
searched too.
"""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

import tree_sitter_go
import tree_sitter_typescript
from tree_sitter import Language, Parser

FATAL = "E9,F821,F823,F831,F406,F407,F701,F702,F704,F706"
_PARSERS = {
    ".go": Parser(Language(tree_sitter_go.language())),
    ".ts": Parser(Language(tree_sitter_typescript.language_typescript())),
    ".mts": Parser(Language(tree_sitter_typescript.language_typescript())),
    ".tsx": Parser(Language(tree_sitter_typescript.language_tsx())),
}


class AiderRules:
    """``packages``: a folder with flake8, see ``installed.py``."""

    def __init__(self, packages: Path, scratch: Path) -> None:
        self._packages = packages
        self._scratch = scratch

    def refuses(self, files: Mapping[str, bytes]) -> bool:
        """Whether a complaint is made about one of the files as they are after an edit."""
        python = [data for path, data in files.items() if path.endswith(".py")]
        others = [(Path(path).suffix, data) for path, data in files.items() if Path(path).suffix in _PARSERS]
        if any(_PARSERS[suffix].parse(data).root_node.has_error for suffix, data in others):
            return True
        return any(not _compiles(data) for data in python) or (bool(python) and self._flake8(python))

    def _flake8(self, texts: list[bytes]) -> bool:
        self._scratch.mkdir(parents=True, exist_ok=True)
        names = [f"edited_{index}.py" for index in range(len(texts))]
        for name, data in zip(names, texts, strict=True):
            (self._scratch / name).write_bytes(data)
        command = (sys.executable, "-m", "flake8", f"--select={FATAL}", "--isolated", "--jobs=1", *names)
        environment = {"PYTHONPATH": str(self._packages), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, cwd=self._scratch, env=environment, capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()
        return done.returncode == 1


def _compiles(data: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, "<edited>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True
