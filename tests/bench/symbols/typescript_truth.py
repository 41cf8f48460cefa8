"""TypeScript's word on uses and definitions, from its language service over a scratch copy of a code base."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from symbols.script_source import ScriptSource
from symbols.sites import KINDS, DefinitionSite, Identity, Spot, TrueUse, UseSite

from sightline.base.text import digest_of


class TypeScriptTruth:
    """The service starts with the first question. ``copy``: the code base with the packages it needs installed."""

    def __init__(self, source: ScriptSource, copy: Path, tools: Path, versions: str) -> None:
        self._source = source
        self._copy = copy
        self._tools = tools
        self._versions = versions
        self._process: subprocess.Popen[str] | None = None

    @property
    def key(self) -> str:
        """Changes when the answers may."""
        texts = "".join(f"{path} {digest_of((self._copy / path).read_bytes())}\n" for path in self._source.paths)
        scripts = "".join(
            digest_of((self._tools / name).read_bytes()) for name in ("service.mjs", "code_base.mjs", "workspace.mjs")
        )
        return f"{self._versions} {digest_of((texts + scripts).encode())}"

    def use(self, site: UseSite) -> TrueUse:
        """What a use means."""
        answer = self._ask("definition", site.spot)
        targets: set[Identity] = set()
        outside: bool = answer["outside"]
        for path, start in answer["places"]:
            identity = self._source.identity(Spot(path, start))
            if identity is not None and identity.kind in KINDS:
                targets.add(identity)
            # An import is where TypeScript stops when it cannot find the module.
            outside = outside or (identity is not None and identity.kind == "import")
        return TrueUse(targets=tuple(sorted(targets)), outside=outside and not targets)

    def references(self, site: DefinitionSite) -> frozenset[Spot] | None:
        """Every place that uses a definition.

        ``None`` for what is used only by way of a member that it overrides or implements: it is neither used by its
        name nor unused.
        """
        answer = self._ask("references", site.spot)
        own = frozenset(Spot(path, start) for path, start in answer["own"])
        if answer["related"] and all(self._source.identity(spot) == site.identity for spot in own):
            return None
        return own

    def close(self) -> None:
        """Ends the service."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def _ask(self, what: str, spot: Spot) -> Any:
        if self._process is None:
            command = ["node", "--max-old-space-size=6000", str(self._tools / "service.mjs"), str(self._copy)]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"ask": what, "path": spot.path, "start": spot.start}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the language service ended at {spot}")
        return json.loads(line)
