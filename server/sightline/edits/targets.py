"""Which file of a snapshot an edit means, and whether it may be touched.

Paths of a reply are untrusted: they are confined to the roots before anything is read, ``.git`` is never written, and
what is permitted beyond that is the caller's rule, asked before the file is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sightline.base.errors import PathOutsideRoot, SightlineError, SourceUnavailable
from sightline.base.paths import WorkspacePath, confine, normal_root, uri_to_path
from sightline.workspace.files import SourceFile, WorkspaceView

#: Answers why a path may not be touched (ignored, secret), ``None`` when it may.
Permitted = Callable[[WorkspacePath], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A file an edit means; ``file`` is ``None`` where no file exists yet."""

    path: WorkspacePath
    file: SourceFile | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an edit has no target, as one sentence."""

    reason: str


@dataclass(slots=True)
class Targets:
    """Finds targets in one snapshot. ``root`` comes first and is where new files are made."""

    view: WorkspaceView
    root: str
    permitted: Permitted
    _seen: dict[str, Target | Refused] = field(default_factory=dict[str, "Target | Refused"])

    def find(self, spelled: str) -> Target | Refused:
        """The target of a path as a reply spells it."""
        if spelled not in self._seen:
            try:
                self._seen[spelled] = self._find(spelled)
            except SightlineError as error:
                self._seen[spelled] = Refused(error.message)
        return self._seen[spelled]

    def _find(self, spelled: str) -> Target | Refused:
        text = uri_to_path(spelled) or spelled
        if text.startswith("~") or text.endswith(("/", "\\")) or any(ord(character) < 32 for character in text):
            return Refused(f"{spelled!r} is not the path of a file in the workspace.")
        places = self._places(text)
        if isinstance(places, Refused):
            return places
        targets = [self._target(path) for path in places]
        existing = [target for target in targets if isinstance(target, Target) and target.file is not None]
        if len(existing) > 1:
            names = " and ".join(label(self.view, target.path) for target in existing)
            return Refused(f"{spelled} exists in several workspace folders: write {names}.")
        return existing[0] if existing else targets[0]

    def guess(self, spelled: str) -> Target | None:
        """The one file that a path without a file can mean: some models leave its beginning out, or put one too many.

        ``a/`` and ``b/`` of a diff, the folder of the workspace, and leading folders that are missing.
        """
        text = spelled.replace("\\", "/")
        if text.startswith(("/", "~", "./", "../")) or "/../" in text:
            return None
        first, _, rest = text.partition("/")
        names = {root.rpartition("/")[2] for root in self.view.roots} | {"a", "b"}
        known = {*self.view.known, *(path for path, file in self.view.overlay.items() if file is not None)}
        ends = "/" + text
        found = {path for path in known if path.relative.endswith(ends) or (first in names and path.relative == rest)}
        found = {path for path in found if self.view.exists(path)}
        if len(found) != 1:
            return None
        target = self._target(found.pop())
        return target if isinstance(target, Target) and target.file is not None else None

    def _places(self, text: str) -> list[WorkspacePath] | Refused:
        """Where the path may lie: in the first root, in the others, and after the name of a root."""
        roots = list(dict.fromkeys(map(normal_root, (self.root, *self.view.roots))))
        places: list[WorkspacePath] = []
        refusal = Refused(f"{text} is outside the workspace.")
        for root in roots:
            try:
                places.append(self._innermost(confine(root, text)))
            except PathOutsideRoot as error:
                refusal = Refused(error.message) if root == roots[0] else refusal
        first, _, rest = text.replace("\\", "/").partition("/")
        named = [root for root in roots if rest and len(roots) > 1 and root.rpartition("/")[2] == first]
        inside = [self._innermost(confine(root, rest)) for root in named]
        if len(inside) == 1 and not any(self.view.exists(path) for path in places):
            places.insert(0, inside[0])
        return list(dict.fromkeys(places)) if places else refusal

    def _innermost(self, path: WorkspacePath) -> WorkspacePath:
        """A file belongs to its innermost root."""
        holders = [root for root in map(normal_root, self.view.roots) if path.absolute.startswith(root + "/")]
        root = max(holders, key=len, default=path.root)
        return confine(root, path.absolute) if len(root) > len(path.root) else path

    def _target(self, path: WorkspacePath) -> Target | Refused:
        if ".git" in path.relative.lower().split("/"):
            return Refused(f"{path} belongs to git and is never edited.")
        if (reason := self.permitted(path)) is not None:
            return Refused(reason)
        if path in self.view.overlay and self.view.overlay[path] is None:
            return Target(path=path, file=None)
        try:
            return Target(path=path, file=self.view.read(path))
        except SourceUnavailable as error:
            return self._missing(path, error)

    def _missing(self, path: WorkspacePath, error: SourceUnavailable) -> Target | Refused:
        """A path without a readable file: free for a new file, unless something is there."""
        if error.kind != SourceUnavailable.default_kind:
            return Refused(error.message)
        try:
            stat = self.view.system.files.stat(path.absolute, follow=False)
        except FileNotFoundError:
            parents = [path.relative[:at] for at, character in enumerate(path.relative) if character == "/"]
            blocking = next((name for name in parents if self.view.exists(WorkspacePath(path.root, name))), None)
            if blocking is not None:
                return Refused(f"{path} cannot be created: {blocking} is a file, not a folder.")
            return Target(path=path, file=None)
        except OSError:
            return Refused(f"{path} cannot be created there.")
        return Refused(f"{path} is a folder." if stat.is_directory else error.message)


def label(view: WorkspaceView, path: WorkspacePath) -> str:
    """How a path is written for people and models: relative, after the name of its root if another has the same."""
    twins = (WorkspacePath(normal_root(root), path.relative) for root in view.roots if normal_root(root) != path.root)
    if any(view.exists(twin) for twin in twins):
        return f"{path.root.rpartition('/')[2]}/{path.relative}"
    return path.relative
