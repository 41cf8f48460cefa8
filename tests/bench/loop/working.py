"""What a programmer's editor tells the server while somebody works, at a hundred times the speed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

from loop.branches import Branches
from loop.pinging import Session

#: Files that are open at once, keys struck in each, and how long one takes (seconds).
OPEN = 4
KEYS = 100
PAUSE = 0.004
QUIET = 0.4
#: Longer files are not opened (bytes).
LONGEST = 100_000
#: Code as it is typed: broken most of the time.
_TYPED = (
    "\nimport json",
    "\ndef helper(value):\n    return value.items(",
    ")\n",
    "\n# note",
    '\ntext = """open',
    '"""\n',
)
_QUESTIONS = ("where are cookies of a session set", "who reads the settings of a database", "validate an upload")


class Editor:
    """One client of a session. ``did`` counts what was done."""

    def __init__(self, session: Session, branches: Branches, draw: random.Random) -> None:
        self.did: Counter[str] = Counter()
        self._session = session
        self._branches = branches
        self._draw = draw
        self._saved: set[str] = set()

    async def check_out(self, branch: str) -> None:
        """Goes to a branch, and waits until the server is there too."""
        changes = await asyncio.to_thread(self._branches.check_out, branch, self._saved)
        self._saved.clear()
        self.did["branches checked out"] += 1
        self.did["watched files told"] += len(changes)
        self._session.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        await self._session.quiet(QUIET)

    async def type_in_files(self) -> None:
        """Types in some files side by side; half of them are saved, the others are closed as they are."""
        paths = [path for path in self._chosen(OPEN * 2) if (self._branches.root / path).stat().st_size < LONGEST]
        texts = [await asyncio.to_thread((self._branches.root / path).read_text, "utf-8") for path in paths[:OPEN]]
        documents = [_Document(self._branches.root / path, text) for path, text in zip(paths, texts, strict=False)]
        for each in documents:
            self._session.notify("textDocument/didOpen", each.opened())
        for _ in range(KEYS):
            for each in documents:
                self._session.notify("textDocument/didChange", each.struck(self._draw))
                self.did["keys struck"] += 1
                await asyncio.sleep(PAUSE)
        for number, each in enumerate(documents):
            if number % 2 == 0:
                await asyncio.to_thread(each.path.write_text, each.text, "utf-8")
                self._session.notify("textDocument/didSave", {"textDocument": {"uri": each.path.as_uri()}})
                self._tell((each.path, 2))
                self._saved.add(str(each.path.relative_to(self._branches.root)))
                self.did["saves"] += 1
            self._session.notify("textDocument/didClose", {"textDocument": {"uri": each.path.as_uri()}})

    async def move_files(self) -> None:
        """A folder with a few files comes, is renamed and goes."""
        first, second = self._branches.root / "scratch", self._branches.root / "scratch2"
        first.mkdir()
        for number in range(5):
            (first / f"note{number}.py").write_text(f"from scratch import note{number - 1}\n", "utf-8")
        self._tell((first, 1))
        await self._session.quiet(QUIET)
        first.rename(second)
        self._tell((first, 3), (second, 1))
        await self._session.quiet(QUIET)
        for path in second.iterdir():
            path.unlink()
        second.rmdir()
        self._tell((second, 3))
        self.did["folders renamed and deleted"] += 1

    async def ask(self, *, tries: bool, path: str) -> None:
        """Asks for context, and who is affected by a file; ``tries`` an edit with the scripted model as well."""
        for command, text in (("context", self._draw.choice(_QUESTIONS)), ("impact", "Group0")):
            await self._session.command("sightline.run", {"command": command, "text": text})
            self.did["questions"] += 1
        if tries:
            await self._session.command("sightline.run", {"command": "implement", "text": f"rename a group in {path}"})
            self.did["edits tried"] += 1

    def _chosen(self, count: int) -> list[str]:
        there = [path for path in self._branches.sources if (self._branches.root / path).exists()]
        return self._draw.sample(there, count)

    def _tell(self, *changes: tuple[Path, int]) -> None:
        rows = [{"uri": path.as_uri(), "type": kind} for path, kind in changes]
        self._session.notify("workspace/didChangeWatchedFiles", {"changes": rows})


class _Document:
    """An open file: its text as the client has it, and where the next key goes."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self._version = 1
        self._left = ""
        self._at = 0

    def opened(self) -> object:
        item = {"uri": self.path.as_uri(), "languageId": "python", "version": 1, "text": self.text}
        return {"textDocument": item}

    def struck(self, draw: random.Random) -> object:
        """One more character, or one less."""
        if not self._left:
            self._left = draw.choice(_TYPED)
            ends = [at for at, sign in enumerate(self.text) if sign == "\n"]
            self._at = draw.choice(ends) if ends else len(self.text)
        self._version += 1
        start, end, new = self._at, self._at, self._left[0]
        if self._at > 0 and draw.random() < 0.1:
            start, new = start - 1, ""
        else:
            self._left = self._left[1:]
        span = {"start": _position(self.text, start), "end": _position(self.text, end)}
        self.text = self.text[:start] + new + self.text[end:]
        self._at = start + len(new)
        return {
            "textDocument": {"uri": self.path.as_uri(), "version": self._version},
            "contentChanges": [{"range": span, "text": new}],
        }


def _position(text: str, at: int) -> dict[str, int]:
    line = text.rfind("\n", 0, at) + 1
    return {"line": text.count("\n", 0, at), "character": len(text[line:at].encode())}
