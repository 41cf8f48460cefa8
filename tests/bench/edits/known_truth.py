"""What oracles said, kept in a file: they are slow, and say the same of the same texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from oracle import Error

#: New answers after which the file is written.
_BETWEEN_SAVES = 20


class KnownTruth:
    """Errors by whatever names an edit and the texts it was made of."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[dict[str, Any]]] = json.loads(path.read_text()) if path.exists() else {}

    def errors(self, key: str, ask: Callable[[], list[Error]]) -> list[Error]:
        """The errors of an edit; ``ask`` is called if they are not known."""
        if key not in self._known:
            self._known[key] = [asdict(error) for error in ask()]
            if len(self._known) % _BETWEEN_SAVES == 0:
                self.save()
        return [Error(**row) for row in self._known[key]]

    def save(self) -> None:
        """Writes the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._known))
