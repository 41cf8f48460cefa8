"""Pyright's word on uses and definitions, from its language server over a scratch copy of a code base."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlparse

from edits.pyright_server import PyrightServer
from lsprotocol import types
from symbols.python_source import PythonSource
from symbols.sites import KINDS, DefinitionSite, Identity, Spot, TrueUse, UseSite

from sightline.base.text import Position, digest_of

#: Seconds in which pyright must have found the files of a code base.
_PATIENCE = 600


class PyrightTruth:
    """The server starts with the first question. ``packages``: folders of third-party packages.

    ``roots``: folders of the code base that hold its own packages, where they are not at its top or in ``src``.
    """

    def __init__(self, source: PythonSource, scratch: Path, packages: Sequence[Path], roots: Sequence[str]) -> None:
        self._source = source
        self._folder = (scratch / source.name).resolve()
        self._packages = packages
        self._roots = roots
        self._server: PyrightServer | None = None

    @property
    def key(self) -> str:
        """Changes when the answers may."""
        texts = "".join(f"{path} {file.text.digest}\n" for path, file in self._source.files.items())
        packages = "".join(f"{each.name}\n" for folder in self._packages for each in sorted(folder.iterdir()))
        return f"{version('pyright')} {digest_of((texts + packages + repr(self._roots)).encode())}"

    def use(self, site: UseSite) -> TrueUse:
        """What a use means."""
        rows = self._running().definition(site.spot.path, self._position(site.spot))
        targets: set[Identity] = set()
        outside = False
        for row in rows:
            path = self._relative(row)
            if path is None:
                outside = True
                continue
            identity = self._source.identity(self._spot(path, row))
            if identity is not None and identity.kind in KINDS:
                targets.add(identity)
            # An import is where pyright stops when it cannot find the module.
            outside = outside or (identity is not None and identity.kind == "import")
        return TrueUse(targets=tuple(sorted(targets)), outside=outside and not targets)

    def references(self, site: DefinitionSite) -> frozenset[Spot]:
        """Every place that uses a definition."""
        rows = self._running().references(site.spot.path, self._position(site.spot))
        placed = ((self._relative(row), row) for row in rows)
        return frozenset(self._spot(path, row) for path, row in placed if path is not None)

    def close(self) -> None:
        """Ends the server."""
        if self._server is not None:
            self._server.close()

    def _running(self) -> PyrightServer:
        if self._server is None:
            for path, file in self._source.files.items():
                target = self._folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.text.data)
            settings = {
                "typeCheckingMode": "off",
                "pythonVersion": "3.11",
                "exclude": [],
                "extraPaths": [*self._roots, *(str(path.resolve()) for path in self._packages)],
            }
            (self._folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
            self._server = PyrightServer(self._folder)
            self._wait_until_ready(self._server)
        return self._server

    def _wait_until_ready(self, server: PyrightServer) -> None:
        """Pyright answers nothing until it has found its files: a definition must lead to itself."""
        first = min(self._source.definitions())
        for _ in range(_PATIENCE):
            if server.definition(first.spot.path, self._position(first.spot)):
                return
            time.sleep(1)
        raise TimeoutError(f"pyright has no answer after {_PATIENCE} s")

    def _position(self, spot: Spot) -> types.Position:
        position = self._source.files[spot.path].text.position(spot.start)
        return types.Position(position.line, position.character)

    def _relative(self, row: types.Location) -> str | None:
        """Path in the code base; ``None`` outside of it."""
        path = unquote(urlparse(row.uri).path)
        relative = os.path.relpath(path, self._folder)
        return relative if relative in self._source.files else None

    def _spot(self, path: str, row: types.Location) -> Spot:
        start = row.range.start
        return Spot(path, self._source.files[path].text.offset(Position(start.line, start.character)))
