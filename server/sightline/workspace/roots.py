"""Workspace roots: which are refused, and to which of them a path belongs. Lexical but for :func:`check_roots`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sightline.base.errors import PathOutsideRoot, UsageError
from sightline.base.paths import WorkspacePath, confine, normal_root
from sightline.base.system import System


def check_roots(system: System, roots: Sequence[str], *, allow_large: bool) -> dict[str, str]:
    """Normal root → its real path, without doubles (a link to a root that is there already is one).

    Raises :class:`UsageError` of kind ``missing_root`` or ``root_too_large``.
    """
    home = system.environment.get("HOME") or system.environment.get("USERPROFILE") or ""
    real_home = system.files.real_path(normal_root(home)) if home else ""
    checked: dict[str, str] = {}
    for root in map(normal_root, roots):
        real = _real_folder(system, root)
        if not allow_large and (real == "/" or real.endswith(":") or _is_or_holds(real, real_home)):
            raise UsageError(
                f"{root} is a home folder or a whole disk, not a workspace.",
                hint="Open the folder of one project, or set workspace.allow_large_root.",
                kind="root_too_large",
            )
        if real not in checked.values():
            checked[root] = real
    return checked


def _real_folder(system: System, root: str) -> str:
    try:
        found = system.files.stat(root)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"The workspace root {root} cannot be opened: {reason}.",
            hint="Name a folder that exists and can be read.",
            kind="missing_root",
        ) from error
    if not found.is_directory:
        raise UsageError(
            f"The workspace root {root} is not a folder.", hint="Name a folder, not a file.", kind="missing_root"
        )
    return system.files.real_path(root)


def _is_or_holds(folder: str, other: str) -> bool:
    return bool(other) and f"{other}/".startswith(f"{folder.rstrip('/')}/")


def owner(roots: Iterable[str], absolute: str) -> WorkspacePath | None:
    """The workspace path of an absolute path under the innermost root that holds it; ``None`` outside all."""
    if not (absolute.startswith(("/", "\\")) or absolute[1:2] == ":"):
        return None
    for root in sorted(roots, key=len, reverse=True):
        try:
            return confine(root, absolute)
        except PathOutsideRoot:
            continue
    return None


def owner_of_real(roots: Mapping[str, str], real: str) -> tuple[str, str] | None:
    """As :func:`owner` for a real path: (root, relative path, "" for the root itself). ``roots``: root → real path."""
    best: tuple[str, str] | None = None
    longest = -1
    for root, folder in roots.items():
        prefix = folder.rstrip("/") + "/"
        if len(folder) > longest and f"{real}/".startswith(prefix):
            best, longest = (root, real[len(prefix) :]), len(folder)
    return best
