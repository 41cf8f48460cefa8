"""``/import ValidationError``: imports a missing name from where this code base has it, by the graph alone.

As code actions, one for each module that has the name. What is missing is told by the editor's diagnostics, or seen in
the file's own facts where the cursor is.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from sightline.base.errors import UsageError
from sightline.base.paths import WorkspacePath
from sightline.edits.missing_import import ImportChoice, import_change, import_choices, writes_imports
from sightline.features.feature import FeatureContext, FeatureRequest, FeatureResult, FoundPlace, Offer
from sightline.features.narrate import finding_line
from sightline.graph.exporters import Export
from sightline.graph.unbound import is_bound_at_top, unbound_names
from sightline.graph.view import GraphView
from sightline.tasks.result import TurnResult, TurnVerdict

#: Choices offered for one name.
MOST_OFFERED = 8

#: How Python's and TypeScript's tools say that a name is missing; the name is the first group.
_UNDEFINED = (
    re.compile(r"[Uu]ndefined (?:name|variable):? [`'\"]([\w$]+)[`'\"]"),  # ruff, pyflakes, pylint
    re.compile(r"[`'\"]([\w$]+)[`'\"] is not defined"),  # pyright, mypy, ESLint
    re.compile(r"Cannot find (?:name|namespace) '([\w$]+)'"),  # tsserver 2304, 2503, 2552
    re.compile(r"shorthand property '([\w$]+)'"),  # tsserver 18004
    re.compile(r"[Nn]ame `(\w+)` used when not defined|Could not find name `(\w+)`"),  # ty, pyrefly
)
#: Codes of the same; with one of them the first quoted word is the name, in whatever language the sentence is.
_CODES = re.compile(r"\b(?:F821|2304|2503|2552|18004|reportUndefinedVariable|no-undef|name-defined|E0602)\)$")
_QUOTED = re.compile(r"[`'\"«„“]([\w$]+)[`'\"»“”]")
_ASKED = re.compile(r"(?P<name>[\w$]+|\*)(?:\s+as\s+(?P<bound>[\w$]+))?(?:\s+from\s+(?P<where>\S+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _ImportName:
    name: str = "import"
    title: str = "Import a missing name"
    action: str = "quickfix.import"
    uses_model: bool = False
    early: bool = False

    def offers(self, request: FeatureRequest, view: GraphView) -> tuple[Offer, ...]:
        """The missing names at the request's place, each with the modules that have it."""
        if request.path is None:
            return ()
        found: list[Offer] = []
        for name, mends in _missing(request, view).items():
            choices = import_choices(view, request.path, name)[:MOST_OFFERED]
            found += [
                Offer(
                    title=f"Import {choice.title}",
                    text=_text_of(choice.exporter.export),
                    preferred=len(choices) == 1,
                    mends=mends,
                )
                for choice in choices
            ]
        return tuple(found)

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        """Raises :class:`UsageError` when no name is missing or asked for, or no module of the workspace has it."""
        path, view = request.path, context.view
        if path is None:
            raise UsageError("/import needs a file to import into.", hint="Open a file of the workspace.")
        if not writes_imports(view, path):
            raise UsageError(
                f"Imports are not written for files like {path}.",
                hint="They are for Python, JavaScript and TypeScript, and below the imports of Vue and Svelte.",
                kind="not_supported",
            )
        name, bound, where = _asked(request, view)
        choices = await asyncio.to_thread(import_choices, view, path, bound)
        wanted = [each for each in choices if _is_meant(each, name, bound, where)]
        if not wanted:
            place = f" in {where}" if where else ""
            raise UsageError(
                f"No other module of the workspace{place} has a {bound} to import.",
                hint="Is it in an installed package? Those are not looked into.",
                kind="unknown_symbol",
            )
        changes = await asyncio.to_thread(import_change, view, path, wanted[0])
        turn = await context.propose(request.turn, f"import: {wanted[0].title} into {path}", changes)
        return FeatureResult(
            command=self.name,
            turn_id=request.turn,
            revision=turn.revision,
            text=_tell(path, turn, wanted),
            places=tuple(FoundPlace(path=each.exporter.export.path, line=1, label=each.title) for each in wanted[:1]),
            data={"path": str(path), "choices": [_choice_json(each) for each in wanted[:MOST_OFFERED]]},
            turn=turn,
        )


def _missing(request: FeatureRequest, view: GraphView) -> dict[str, tuple[str, ...]]:
    """Missing names with the diagnostics that tell of them: those of the diagnostics, then those the facts show."""
    if request.path is None or not writes_imports(view, request.path):
        return {}
    index = view.index(request.path)
    if index is None:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for diagnostic in request.diagnostics:
        name = undefined_name(diagnostic)
        if name and not is_bound_at_top(index, name):
            found[name] = (*found.get(name, ()), diagnostic)
    if request.span is not None:
        for name in unbound_names(index, request.span):
            found.setdefault(name, ())
    return found


def undefined_name(diagnostic: str) -> str:
    """The name that a diagnostic (``path:line: message (source code)``) says is missing; "" if it tells of none."""
    for pattern in _UNDEFINED:
        match = pattern.search(diagnostic)
        if match is not None:
            return next(group for group in match.groups() if group)
    quoted = _QUOTED.search(diagnostic) if _CODES.search(diagnostic) else None
    return quoted.group(1) if quoted is not None else ""


def _asked(request: FeatureRequest, view: GraphView) -> tuple[str, str, str]:
    """What is asked for: the name in its module ("" if any will do), what it is bound as, and the module ("")."""
    text = request.text.strip().replace("`", "")
    match = _ASKED.fullmatch(text)
    if match is not None:
        name, bound = match["name"], match["bound"]
        return (name if bound else "", bound or name, match["where"] or "")
    missing = () if text else tuple(_missing(request, view))
    if not missing:
        raise UsageError(
            f"/import does not understand {text!r}." if text else "No name is missing here.",
            hint="Write the name after /import, such as `/import parse_date` or `/import parse_date from app.dates`.",
        )
    return "", missing[0], ""


def _is_meant(choice: ImportChoice, name: str, bound: str, where: str) -> bool:
    export = choice.exporter.export
    spelled = "." * choice.spelling.level + choice.spelling.module
    at_place = not where or where in (str(export.path), export.path.relative, spelled)
    return at_place and export.bound == bound and (not name or name == (export.name or "*"))


def _text_of(export: Export) -> str:
    """What to ask for to get exactly this one."""
    return f"{export.name or '*'} as {export.bound} from {export.path}"


def _tell(path: WorkspacePath, turn: TurnResult, wanted: list[ImportChoice]) -> str:
    ready = turn.verdict is TurnVerdict.ACCEPTED
    lines = [
        f"**Edit {'ready' if ready else 'refused'}**: import {wanted[0].title} into `{path}`. "
        + ("Nothing is written yet." if ready else "No file was changed.")
    ]
    if turn.report is not None:
        lines += [f"- {finding_line(finding)}" for finding in turn.report.findings]
    if len(wanted) > 1:
        lines.append("\nIt could also come from:")
        lines += [f"- `/import {_text_of(each.exporter.export)}`" for each in wanted[1:MOST_OFFERED]]
    return "\n".join(lines)


def _choice_json(choice: ImportChoice) -> dict[str, object]:
    exporter, spelling = choice.exporter, choice.spelling
    return {
        "name": exporter.export.name,
        "bound": exporter.export.bound,
        "path": str(exporter.export.path),
        "module": "." * spelling.level + spelling.module,
        "importers": exporter.importers,
    }


FEATURE = _ImportName()
