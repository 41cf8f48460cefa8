"""A reader of Rust texts that shares no code with the product: tokens, then modules, ``use`` trees and paths.

It reads no types and no expressions. Braces other than those of modules are scopes in which ``use`` may bind names; but
the tokens of a macro among the items of a module (``cfg_unix! { pub use inner::Name; }``) are taken for items of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str, ...]

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*)
  | (?P<text>b?c?r(?P<marks>\#*)".*?"(?P=marks)|[bc]?"(?:\\.|[^"\\])*"|b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\])')
  | (?P<word>(?:r\#)?[^\W\d]\w*|\$\w+)
  | (?P<sign>::|'\w+|\d[\w.]*|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"/\*|\*/")
_ITEMS = frozenset(["struct", "enum", "union", "trait", "fn", "type", "const", "static", "macro"])
_BEFORE_PATHS = frozenset((".", "::"))


@dataclass(slots=True)
class Scope:
    """A module, or braces in one. ``uses``: name → paths it may stand for; ``globs``: what ``*`` is taken from."""

    module: Path
    outer: Scope | None = None
    uses: dict[str, list[Path]] = field(default_factory=dict[str, list[Path]])
    globs: list[Path] = field(default_factory=list[Path])
    items: set[str] = field(default_factory=set[str])
    children: set[str] = field(default_factory=set[str])
    #: Modules in other files: names, and what the attribute ``path`` says, or nothing; one a platform, perhaps.
    declared: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    #: Paths as written here, those of ``use`` included.
    paths: list[Path] = field(default_factory=list[Path])


@dataclass(slots=True)
class Source:
    """One text: its scopes (the first is the text's own module), each with the path of its module within the text."""

    scopes: list[Scope]
    included: list[str]


def tokens_of(text: str) -> list[str]:
    """The tokens of a text; strings and characters as ``"…``, comments left out."""
    found: list[str] = []
    at = 0
    while at < len(text):
        if text.startswith("/*", at):
            at = _behind_comment(text, at)
            continue
        match = _TOKEN.match(text, at)
        assert match is not None, "every character is a sign at least"
        at = match.end()
        if match["text"] is not None:
            found.append('"' + match["text"].partition('"')[2].rpartition('"')[0])
        elif match["space"] is None:
            found.append(match[0].removeprefix("r#"))
    return found


def _behind_comment(text: str, at: int) -> int:
    """The end of a block comment; they may nest."""
    depth = 0
    for match in _COMMENT.finditer(text, at):
        depth += 1 if match[0] == "/*" else -1
        if not depth:
            return match.end()
    return len(text)


def read(text: str) -> Source:
    """The scopes of a text."""
    return _Reader(tokens_of(text)).read()


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = [*tokens, "", "", ""]
        self._at = 0
        self._source = Source([Scope(())], [])

    def read(self) -> Source:
        open_scopes = [self._source.scopes[0]]
        path_attribute = ""
        while self._at < len(self._tokens) - 3:
            scope, token, following = open_scopes[-1], self._tokens[self._at], self._tokens[self._at + 1]
            if token == "#" and self._tokens[self._at + 1 : self._at + 4] == ["[", "path", "="]:
                path_attribute = self._tokens[self._at + 4][1:]
            if token in ("use", "extern") and self._declaration(scope):
                continue
            if token == "mod" and _is_name(following) and self._tokens[self._at + 2] in (";", "{"):
                if self._tokens[self._at + 2] == ";":
                    scope.declared.append((following, path_attribute))
                    scope.children.add(following)
                else:
                    scope.children.add(following)
                    open_scopes.append(self._opened(Scope((*scope.module, following))))
                path_attribute = ""
                self._at += 3
                continue
            if token == "{" and scope.outer is None and self._is_macro():
                open_scopes.append(scope)
            elif token == "{":
                open_scopes.append(self._opened(Scope(scope.module, scope)))
            elif token == "}" and len(open_scopes) > 1:
                open_scopes.pop()
            elif token in _ITEMS and _is_name(following):
                scope.items.add(following)
            elif token == "macro_rules" and following == "!":
                scope.items.add(self._tokens[self._at + 2])
            elif token == "include" and self._tokens[self._at + 1 : self._at + 3] == ["!", "("]:
                self._source.included.append(self._tokens[self._at + 3][1:])
            elif _is_name(token) or token == "::":
                self._path(scope)
                continue
            self._at += 1
        return self._source

    def _is_macro(self) -> bool:
        """Whether the brace at hand opens the tokens of ``name! { … }``."""
        before = self._tokens[max(0, self._at - 2) : self._at]
        return len(before) == 2 and before[1] == "!" and _is_name(before[0])

    def _opened(self, scope: Scope) -> Scope:
        self._source.scopes.append(scope)
        return scope

    def _path(self, scope: Scope) -> None:
        """A path of two names or more; ``$crate`` is ``crate``, other variables of macros make it no path."""
        before = self._tokens[self._at - 1] if self._at else ""
        parts: list[str] = []
        if self._tokens[self._at] == "::":
            parts.append("::")
            self._at += 1
        while _is_name(self._tokens[self._at]):
            parts.append(self._tokens[self._at])
            self._at += 1
            if self._tokens[self._at] != "::" or not _is_name(self._tokens[self._at + 1]):
                break
            self._at += 1
        is_whole = before not in _BEFORE_PATHS and not any(part[0] == "$" and part != "$crate" for part in parts)
        if is_whole and len([part for part in parts if part != "::"]) > 1:
            scope.paths.append(tuple("crate" if part == "$crate" else part for part in parts))

    def _declaration(self, scope: Scope) -> bool:
        start = self._at
        if self._tokens[start] == "extern":
            if self._tokens[start + 1] != "crate":
                return False
            name, at = self._tokens[start + 2], start + 3
            alias = self._tokens[at + 1] if self._tokens[at] == "as" else name
            scope.uses.setdefault(alias, []).append(("::", name))
            scope.paths.append(("::", name))
            self._at = at
            return True
        self._at += 1
        self._tree(scope, ())
        return True

    def _tree(self, scope: Scope, before: Path) -> None:
        """One tree of ``use``; the position is behind it afterwards."""
        path = list(before)
        while True:
            token = self._tokens[self._at]
            if token == "{":
                self._at += 1
                while self._tokens[self._at] not in ("}", "", ";"):
                    self._tree(scope, tuple(path))
                    if self._tokens[self._at] == ",":
                        self._at += 1
                    elif self._tokens[self._at] != "}":
                        return
                self._at += 1
                return
            if token == "*":
                self._at += 1
                scope.globs.append(tuple(path))
                scope.paths.append((*path, "*"))
                return
            if token == "::" and not path:
                path.append("::")
                self._at += 1
                continue
            if not _is_name(token):
                return
            path.append("crate" if token == "$crate" else token)
            self._at += 1
            if self._tokens[self._at] == "::":
                self._at += 1
                continue
            break
        if path[-1] == "self" and len(path) > 1:
            path.pop()
        alias = path[-1]
        if self._tokens[self._at] == "as":
            alias = self._tokens[self._at + 1]
            self._at += 2
        if not any(part.startswith("$") for part in path):
            scope.uses.setdefault(alias, []).append(tuple(path))
            scope.paths.append(tuple(path))


def _is_name(token: str) -> bool:
    return bool(token) and (token[0].isalpha() or token[0] in "_$")
