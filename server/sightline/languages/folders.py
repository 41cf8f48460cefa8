"""Paths relative to a root, as configurations and imports write them; an empty text is the root."""

from __future__ import annotations


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


def normal(folder: str, path: str) -> str | None:
    """``path`` as configured in ``folder``, relative to the root; ``None`` if it leaves the root."""
    if path.startswith("/") or "\\" in path or "$" in path:
        return None
    return joined(folder, path)
