"""Paths that are confined by type: a ``WorkspacePath`` exists only if it lies inside its root.

The check here is lexical. Whoever opens the file also resolves links and compares real paths
(``workspace/files.py``); this file touches no disk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from sightline.base.errors import PathOutsideRoot, UsageError

_DRIVE = re.compile(r"^[A-Za-z]:")
#: Parts of a path that name no file or folder of their own; an empty path has one of them.
_NO_NAMES = frozenset(("", ".", ".."))


@dataclass(frozen=True, slots=True, order=True)
class WorkspacePath:
    """A file inside a workspace root.

    ``root`` is an absolute directory with forward slashes and no trailing slash, ``relative`` a normal relative path
    with forward slashes. Raises :class:`PathOutsideRoot` when ``relative`` is absolute, empty, climbs, or holds NUL.
    """

    root: str
    relative: str

    def __post_init__(self) -> None:
        if "\0" in self.relative or not _NO_NAMES.isdisjoint(self.relative.split("/")):
            raise PathOutsideRoot(f"{self.relative!r} is not a path inside the workspace root {self.root}.")

    def __str__(self) -> str:
        return self.relative

    @property
    def absolute(self) -> str:
        """Absolute path with forward slashes."""
        return f"{self.root}/{self.relative}" if self.root != "/" else f"/{self.relative}"

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.relative.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """Lower-case extension with its dot, or an empty string."""
        name = self.relative[self.relative.rfind("/") + 1 :]
        dot = name.rfind(".")
        return name[dot:].lower() if 0 < dot < len(name) - 1 else ""

    @property
    def uri(self) -> str:
        """``file:`` address of the file."""
        return path_to_uri(self.absolute)


def confine(root: str, path: str) -> WorkspacePath:
    """The workspace path a person or a model meant by ``path``: relative to ``root``, or absolute inside it.

    ``./`` prefixes, doubled slashes, backslashes as separators and inner ``..`` that stay inside are normalised.
    Raises :class:`PathOutsideRoot` for everything else.
    """
    text = path.replace("\\", "/")
    root = normal_root(root)
    if text.startswith("/") or _DRIVE.match(text):
        prefix = root.rstrip("/") + "/"
        if not text.startswith(prefix):
            raise PathOutsideRoot(
                f"{path} is outside the workspace root {root}.", hint="Name a file inside the workspace."
            )
        text = text[len(prefix) :]
    parts: list[str] = []
    for part in text.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                raise PathOutsideRoot(
                    f"{path} leaves the workspace root {root}.", hint="Name a file inside the workspace."
                )
            parts.pop()
        else:
            parts.append(part)
    return WorkspacePath(root, "/".join(parts))


def normal_root(root: str) -> str:
    """An absolute root with forward slashes and no trailing slash. Raises :class:`UsageError` for a relative one."""
    text = root.replace("\\", "/")
    if not (text.startswith("/") or _DRIVE.match(text)):
        raise UsageError(f"A workspace root must be an absolute path, not {root!r}.")
    return text.rstrip("/") or "/"


def path_to_uri(path: str) -> str:
    """``file:`` address of an absolute path (RFC 8089)."""
    text = path.replace("\\", "/")
    return "file://" + quote(text if text.startswith("/") else "/" + text, safe="/~-._")


def uri_to_path(uri: str) -> str | None:
    """Absolute path of a ``file:`` address with forward slashes; ``None`` for any other scheme (``untitled:``…).

    An address with a host is a network path (``//host/share/file``), as RFC 8089, appendix E.3.1, has it. What begins
    like a drive is one (appendix E.2), though a folder could be called so where there are no drives.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file":
        return None
    path = unquote(parts.path)
    if parts.netloc not in ("", "localhost"):
        return f"//{unquote(parts.netloc)}{path}"
    return path[1:] if _DRIVE.match(path[1:]) else path
