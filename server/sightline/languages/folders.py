"""Paths relative to a root, as configurations and imports write them; an empty text is the root."""

from __future__ import annotations

from itertools import takewhile


def join(folder: str, name: str) -> str:
    """``folder/name``, where either may be empty."""
    return f"{folder}/{name}" if folder and name else folder or name


def joined(folder: str, relative: str) -> str | None:
    """``relative`` seen from ``folder``; ``None`` when it leads out of the root."""
    parts = folder.split("/") if folder else []
    for part in relative.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def shared_folders(folder: str, other: str) -> int:
    """How many folders two folders have in common, from the root on."""
    pairs = zip(folder.split("/"), other.split("/"), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1] != "", pairs)))


def normal(folder: str, path: str) -> str | None:
    """``path`` as configured in ``folder``, relative to the root; ``None`` if it leaves the root."""
    if path.startswith("/") or "\\" in path or "$" in path:
        return None
    return joined(folder, path)
