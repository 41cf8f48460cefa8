"""What prompts of a workspace have besides the task and its code: templates, conventions, and whether to look first."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, TypeVar

from sightline.base.paths import WorkspacePath
from sightline.base.redact import redact
from sightline.base.system import ProcessTimeout, System
from sightline.config.locations import Locations
from sightline.config.settings import PromptSettings
from sightline.context.conventions import conventions
from sightline.context.overview import Overview, overview
from sightline.context.overview_text import overview_text
from sightline.context.request import TaskType
from sightline.graph.view import GraphView
from sightline.models.local_limits import billions
from sightline.models.tokens import count_tokens
from sightline.prompts.build import Additions
from sightline.prompts.template_set import TemplateFolder, TemplateSet, read_templates
from sightline.workspace.ignore import IgnoreRules

T = TypeVar("T")

#: Folder of prompts in a workspace, relative to its root.
WORKSPACE_PROMPTS = ".sightline/prompts"

#: A workspace with this share of files more or less than when it was measured is measured again, and so is one with
#: other ignore rules. Otherwise what was said of it stands: a prefix that changes with every edit is read anew by the
#: server each time.
STALE_SHARE = 0.2

#: Kinds of task in which something new is written in the manner of what is there.
_ANALYSED = frozenset({TaskType.IMPLEMENT.value, TaskType.REFACTOR.value})
#: Kinds that need no conventions: they write no code, or judge none.
_WITHOUT_CONVENTIONS = frozenset({TaskType.EXPLAIN.value})

#: Kinds that ask how the code hangs together.
_OVERVIEW = frozenset({TaskType.EXPLAIN.value, TaskType.REVIEW.value})
#: An overview may take this share of the budget, and so many tokens.
OVERVIEW_SHARE, MOST_OVERVIEW = 0.05, 500

#: Models of fewer billions of parameters lose the edit format over a preface.
SMALL = 7.0


def looks_first(
    setting: Literal["auto", "always", "never"], task_type: str, model: str = "", *, reasons: bool = False
) -> bool:
    """Whether a model is asked to look at names, errors and patterns before it edits.

    ``auto``: for what writes code in the manner of what is there, unless the model thinks by itself (``reasons``) or is
    small by its name.
    """
    if setting != "auto":
        return setting == "always"
    size = billions(model)
    small = size is not None and size < SMALL
    return task_type in _ANALYSED and not reasons and not small


def tells_overview(setting: Literal["auto", "always", "never"], task_type: str) -> bool:
    """Whether prompts of a kind of task say what the workspace is made of."""
    return setting == "always" or (setting == "auto" and task_type in _OVERVIEW)


@dataclass(slots=True)
class PromptAdditions:
    """Makes :class:`Additions`. Remembers what was measured of each root; may be used in any thread."""

    system: System
    settings: PromptSettings
    where: Locations
    _conventions: dict[str, _Measured[tuple[str, ...]]] = field(default_factory=dict[str, "_Measured[tuple[str, ...]]"])
    _overviews: dict[str, _Measured[Overview]] = field(default_factory=dict[str, "_Measured[Overview]"])

    def templates(self, root: str, *, trusted: bool) -> TemplateSet:
        """The templates for a root: the user's own, and over them those of a workspace the user trusts."""
        return read_templates(self.system, template_folders(self.where, root, trusted=trusted))

    def of(
        self,
        view: GraphView,
        root: str,
        task_type: str,
        permitted: Callable[[WorkspacePath], str | None],
        *,
        trusted: bool,
        looks: bool,
    ) -> Additions:
        """What the prompts of a kind of task have in ``root``. Reads files."""
        wanted = self.settings.conventions and task_type not in _WITHOUT_CONVENTIONS
        return Additions(
            templates=self.templates(root, trusted=trusted),
            analyse=looks,
            conventions=_measured(self._conventions, view, root, lambda: conventions(view, root, permitted))
            if wanted
            else (),
        )

    def overview(
        self,
        view: GraphView,
        root: str,
        task_type: str,
        permitted: Callable[[WorkspacePath], str | None],
        budget: int,
    ) -> str:
        """What a root is made of, without its habits, which are told as conventions, and its last changes.

        ``budget`` is that of the code of a prompt. "" for kinds of task that need none. Reads files.
        """
        if not tells_overview(self.settings.overview, task_type):
            return ""
        root = root or (view.workspace.roots[0] if len(view.workspace.roots) == 1 else "")
        if not root:
            return ""
        found = _measured(self._overviews, view, root, lambda: replace(overview(view, root, permitted), conventions=()))
        room = min(round(budget * OVERVIEW_SHARE), MOST_OVERVIEW)
        return redact(overview_text(found, room, count_tokens))


@dataclass(frozen=True, slots=True)
class _Measured(Generic[T]):
    """What was found of a root that had so many files, by these rules."""

    files: int
    rules: IgnoreRules
    found: T


def _measured(known: dict[str, _Measured[T]], view: GraphView, root: str, measure: Callable[[], T]) -> T:
    """What was ``known`` of a root, or what ``measure`` finds now where it is another by now."""
    files, rules, last = len(view.state.table), view.workspace.rules, known.get(root)
    if last is not None and abs(files - last.files) <= STALE_SHARE * last.files and rules == last.rules:
        return last.found
    found = measure()
    if not view.coverage().unread:  # measured by half of the files, it would change soon
        known[root] = _Measured(files, rules, found)
    return found


async def last_subjects(system: System, root: str, most: int = 10) -> tuple[str, ...]:
    """The first lines of the last commits, the newest first; empty without git. For trusted roots only."""
    try:
        done = await system.git(
            root, "log", f"--max-count={most}", "--no-merges", "--format=%s", "--", ".", seconds=5.0
        )
    except (OSError, ProcessTimeout):
        return ()
    return tuple(done.stdout.decode("utf-8", "replace").splitlines()) if done.code == 0 else ()


def template_folders(where: Locations, root: str, *, trusted: bool) -> tuple[TemplateFolder, ...]:
    """The folders of prompts that hold for a root, those that count more last."""
    user = TemplateFolder(path=f"{os.path.dirname(where.user_settings)}/prompts")
    own = TemplateFolder(path=f"{root}/{WORKSPACE_PROMPTS}", inside=root)
    return (user, own) if trusted and root else (user,)
