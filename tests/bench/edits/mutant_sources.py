"""A code base for mutants: its files as text and as places, and who mentions which word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from corpus import CodeBaseChoice
from sites.read import READERS, read_sites
from sites.site import CLASS, CONSTANT, FUNCTION, METHOD, DefinitionSite, FileSites, words_of

#: A name that is in more files than this is not mutated: the oracle would have to look at all of them.
MOST_MENTIONS = 80


class Sources:
    """The files of one language below ``root``; ``product`` are those that mutants change."""

    def __init__(self, choice: CodeBaseChoice, root: Path) -> None:
        self.name, self.language, self.root = choice.name, choice.language, root
        self._choice = choice
        endings = READERS[choice.language][0]
        self.texts: Mapping[str, bytes] = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.name.endswith(endings) and path.is_file() and not path.is_symlink() and not _is_hidden(path, root)
        }

    @cached_property
    def product(self) -> Sequence[FileSites]:
        """Files that mutants change, by path."""
        chosen = (path for path in self.texts if self._choice.product.match(path) and not path.endswith(".d.ts"))
        return [read_sites(path, self.texts[path]) for path in chosen]

    @cached_property
    def method_names(self) -> Counter[str]:
        """How many classes of the product have a method of a name."""
        rows = (row for file in self.product for row in file.definitions if row.kind == METHOD)
        return Counter(row.name for row in rows)

    @cached_property
    def words(self) -> Mapping[str, Counter[str]]:
        """Word → file → count."""
        found: dict[str, Counter[str]] = {}
        for path, data in self.texts.items():
            for word, count in Counter(words_of(data)).items():
                found.setdefault(word, Counter())[path] = count
        return found

    def count(self, word: str) -> int:
        """How often a word occurs in all files."""
        return sum(self.words.get(word, Counter()).values())

    def mentions(self, names: Sequence[str]) -> set[str]:
        """Files that hold one of the words."""
        return {path for name in names for path in self.words.get(name, ())}

    def is_used(self, file: FileSites, row: DefinitionSite) -> bool:
        """Whether the name occurs elsewhere and not in too many files, and the file defines it once."""
        once = sum(each.qualified_name == row.qualified_name for each in file.definitions) == 1
        return once and self.count(row.name) > 1 and len(self.words.get(row.name, ())) <= MOST_MENTIONS

    def has_keyword(self, function: str, parameter: str) -> bool:
        """Whether a file that mentions the function gives something under the parameter's name."""
        wanted = re.compile(rf"[(,\s]{re.escape(parameter)}\s*=[^=]".encode())
        return any(wanted.search(self.texts[path]) for path in self.mentions((function,)))

    def beside(self, path: str) -> Iterator[str]:
        """The other files of the same folder."""
        folder = PurePosixPath(path).parent
        return (other for other in self.texts if other != path and PurePosixPath(other).parent == folder)

    def heirs(self, name: str) -> tuple[str, ...]:
        """Names of types whose head mentions a name, and of those below them."""
        found: set[str] = set()
        todo = [name]
        while todo and len(found) < 50:
            new = {row.name for row in self._heads.get(todo.pop(), ())} - found
            found |= new
            todo += new
        return tuple(sorted(found))

    @cached_property
    def _heads(self) -> Mapping[str, Sequence[DefinitionSite]]:
        found: dict[str, list[DefinitionSite]] = {}
        for file in self.product:
            for row in file.definitions:
                for word in words_of(" ".join(row.bases).encode()) if row.kind == CLASS else ():
                    found.setdefault(word, []).append(row)
        return found


def top_level(row: DefinitionSite) -> bool:
    """Whether a definition can be imported."""
    return row.kind in (FUNCTION, CLASS, CONSTANT)


def _is_hidden(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return any(part.startswith(".") or part in ("node_modules", "vendor", "testdata") for part in parts)
