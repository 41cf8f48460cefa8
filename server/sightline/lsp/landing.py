"""Watches an edit land: whether each file came to hold exactly the text that was checked.

An editor's ``applied: true`` is not enough: its preview lets the user untick parts, it may apply half and fail, and
the user may type before it answers. So every text the editor reports meanwhile is compared, not only the last one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.engine.engine import PreparedEdit
from sightline.workspace.files import WorkspaceView

#: How long (seconds) an editor may take, after its answer, to report the last of its changes.
PATIENCE = 1.0
_EVERY = 0.02

Same = Callable[[Text | None, Text | None], bool]


class Landing:
    """One edit on its way. ``seen`` holds the files that were as checked at some moment since it was sent."""

    def __init__(self, prepared: PreparedEdit, same: Same) -> None:
        self.seen: set[WorkspacePath] = set()
        self._same = same
        self._expected: dict[WorkspacePath, Text | None] = {
            path: after
            for file in prepared.files
            for path, after in ((file.old, None), (file.path, file.after))
            if path is not None
        }
        self._before = {file.old or file.path: file.before for file in prepared.files}
        self._noted = asyncio.Event()

    @property
    def paths(self) -> frozenset[WorkspacePath]:
        """Every path the edit touches, former ones included."""
        return frozenset(self._expected)

    def note(self, path: WorkspacePath, text: Text | None) -> None:
        """The editor reported a text (``None``: the file is gone)."""
        self._compare(path, text)
        self._noted.set()

    def look(self, view: WorkspaceView) -> None:
        """Compares what the workspace says now."""
        for path in self.paths - self.seen:
            self._compare(path, text_of(view, path))

    def untouched(self, view: WorkspaceView) -> bool:
        """Whether every file is as it was before the edit."""
        return not self.seen and all(self._same(text_of(view, path), self._before.get(path)) for path in self._expected)

    async def wait(self, view: Callable[[], WorkspaceView]) -> frozenset[WorkspacePath]:
        """Waits until all is seen or patience is over. Answers the files that were never as checked."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    self._noted.clear()
                    self.look(view())
                    if self.paths <= self.seen:
                        break
                    try:
                        async with asyncio.timeout(_EVERY):
                            await self._noted.wait()
                    except TimeoutError:
                        continue
        except TimeoutError:
            pass
        return self.paths - self.seen

    def _compare(self, path: WorkspacePath, text: Text | None) -> None:
        if path in self._expected and self._same(text, self._expected[path]):
            self.seen.add(path)


def text_of(view: WorkspaceView, path: WorkspacePath) -> Text | None:
    """What a file says, ``None`` if it cannot be read."""
    try:
        return view.read(path).text
    except SightlineError:
        return None


def exactly(left: Text | None, right: Text | None) -> bool:
    """The same bytes."""
    return left == right


def but_for_line_ends(left: Text | None, right: Text | None) -> bool:
    """The same, for an editor that states that it normalises line ends."""
    if left is None or right is None:
        return left is right
    return left == right or _unix(left.data) == _unix(right.data)


def _unix(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
