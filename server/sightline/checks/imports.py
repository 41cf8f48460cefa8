"""Imports: one that the edit brings in must lead somewhere, the names it asks for must be there, and it must not close
a circle (``circular.py``).

Inside the workspace that is certain. Whether a package from outside is installed where the code will run, nobody here
can know: an undeclared one is a possible problem. Imports of other files that the edit broke are ``breakage``'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.checks.check import Certainty, CheckInput, CheckOutcome, Finding, RelatedPlace, Severity
from sightline.checks.circular import Circle, new_circles
from sightline.checks.environment import lacks_module, library_lacks
from sightline.checks.go_imports import certainty_of_missing_package
from sightline.checks.import_rules import BrokenImport, broken_imports, certainty_of_missing_module, spelled
from sightline.checks.kept_quiet import is_kept_quiet
from sightline.checks.language import is_go, is_python, is_script
from sightline.checks.recall import facts_of, touched_files
from sightline.checks.samples import is_sample
from sightline.checks.script_imports import broken_script_imports, certainty_of_missing_script
from sightline.checks.texts import TouchedFile, line_and_column, new_ones
from sightline.graph.facts import Import
from sightline.graph.view import GraphView


class ImportsCheck:
    """See the module."""

    name = "imports"

    async def run(self, given: CheckInput) -> CheckOutcome:
        """Findings for imports that lead nowhere and did not stand there before."""
        return await asyncio.to_thread(self._run, given)

    def _run(self, given: CheckInput) -> CheckOutcome:
        findings: list[Finding] = []
        fixed: list[str] = []
        for file in touched_files(given):
            findings += (self._circular(file, circle) for circle in new_circles(given, file))
            if file.new is None or file.after is None or not _is_judged(file.path):
                continue
            old, new = _broken_before(given.before, file), _broken_after(given.after, file)
            for row, name in new_ones([key for key, _ in old], new):
                if name is not None:
                    findings.append(self._missing_name(file, row, name.span, name.name))
                else:
                    findings += self._missing_module(given, file, row)
            gone = new_ones([key for key, _ in new], old)
            fixed += (f"{file.path}: `{name.name}` from `{spelled(row)}`" for row, name in gone if name is not None)
        return CheckOutcome(findings=tuple(findings), fixed=tuple(fixed))

    def _missing_name(self, file: TouchedFile, row: Import, span: Span, name: str) -> Finding:
        certainty = Certainty.POSSIBLE if row.guarded and not row.type_only else Certainty.CERTAIN
        message = f"`{name}` cannot be imported from `{spelled(row)}`: the module has no such name."
        return self._finding(file, span, message, certainty, name)

    def _missing_module(self, given: CheckInput, file: TouchedFile, row: Import) -> list[Finding]:
        assert file.new is not None
        certainty = _judge_of(file.path)(given.after, file.new, row)
        if certainty is None:
            return []
        top = row.module.partition(".")[0]
        outside = not row.level and (
            certainty is Certainty.POSSIBLE or (is_python(file.path) and given.after.module(file.new, top) is None)
        )
        reason = "it is neither declared nor installed" if outside else "the workspace has no such module"
        if outside and is_python(file.path) and lacks_module(given.system, file.path.root, row.module):
            reason = f"the installed package `{top}` has no such module"
        elif outside and is_python(file.path) and library_lacks(row.module):
            reason = f"the standard library's `{top}` has no such module"
        if is_go(file.path):
            reason = "neither the module, nor what its go.mod requires, nor Go itself has such a package"
        message = f"`{spelled(row)}` cannot be imported: {reason}."
        return [self._finding(file, row.span, message, certainty, row.module)]

    def _circular(self, file: TouchedFile, circle: Circle) -> Finding:
        way = " -> ".join(str(each) for each in circle.files)
        failure, related = circle.failure, ()
        if failure is not None:
            reason = f"and `{failure.name}` is asked of {failure.module} before that has defined it"
            asked = f"`{failure.name}` is asked for here"
            related = (RelatedPlace(path=failure.path, line=failure.line, message=asked),)
        elif is_go(file.path):
            reason = "which Go refuses to compile"
        else:
            reason = "so what works depends on which is imported first"
        message = f"This import closes a circle, {way}, {reason}."
        found = self._finding(file, circle.span, message, circle.certainty, circle.module)
        return replace(found, related=related)

    def _finding(self, file: TouchedFile, span: Span, message: str, certainty: Certainty, symbol: str) -> Finding:
        assert file.after is not None
        if is_sample(file.path) or is_kept_quiet(file.path, file.after, span.start):
            certainty = Certainty.POSSIBLE
        line, column = line_and_column(file.after, span.start)
        return Finding(
            check=self.name,
            certainty=certainty,
            severity=Severity.ERROR if certainty is Certainty.CERTAIN else Severity.WARNING,
            path=file.path,
            span=span,
            line=line,
            column=column,
            message=message,
            symbol=symbol,
        )


def _is_judged(path: WorkspacePath) -> bool:
    return is_python(path) or is_script(path) or is_go(path)


def _judge_of(path: WorkspacePath) -> Callable[[GraphView, WorkspacePath, Import], Certainty | None]:
    if is_go(path):
        return certainty_of_missing_package
    return certainty_of_missing_script if is_script(path) else certainty_of_missing_module


_Keyed = list[tuple[tuple[str, str], BrokenImport]]


def _broken_before(view: GraphView, file: TouchedFile) -> _Keyed:
    """Broken imports on lines that the edit took away or changed; all of them in a file that moved."""
    facts = facts_of(view, file.old)
    if facts is None or file.old is None or file.before is None:
        return []
    text, kept = file.before, file.line_shifts if file.old == file.new else {}
    rows = [row for row in facts.imports if any(line not in kept for line in _lines(text, row.span))]
    found = _find(view, file.old, rows)
    return _keyed(each for each in found if text.line_of(_start(text, file.old, each)) not in kept)


def _broken_after(view: GraphView, file: TouchedFile) -> _Keyed:
    """Broken imports on lines that the edit wrote. Those on other lines are broken by something else, or were."""
    facts = facts_of(view, file.new)
    if facts is None or file.new is None or file.after is None:
        return []
    moved, text = file.old != file.new, file.after
    found = _find(view, file.new, [row for row in facts.imports if moved or file.is_new(row.span)])
    starts = ((each, _start(text, file.new, each)) for each in found)
    return _keyed(each for each, start in starts if moved or file.is_new(Span(start, start + 1)))


def _find(view: GraphView, path: WorkspacePath, rows: Sequence[Import]) -> Iterator[BrokenImport]:
    if is_go(path):
        nowhere = {row.span for row in view.unresolved_imports(path)} if rows else frozenset[Span]()
        return ((row, None) for row in rows if row.span in nowhere)
    return broken_script_imports(view, path, rows) if is_script(path) else broken_imports(view, path, rows)


def _lines(text: Text, span: Span) -> range:
    return range(text.line_of(span.start), text.line_of(span.end) + 1)


def _start(text: Text, path: WorkspacePath, broken: BrokenImport) -> int:
    """Where what is missing is named. Scripts name the module at the end of a statement, which may take many lines."""
    row, name = broken
    if name is not None:
        return name.span.start
    at = text.data.rfind(row.module.encode("utf-8", "replace"), row.span.start, row.span.end) if is_script(path) else -1
    return max(at, row.span.start)


def _keyed(found: Iterable[BrokenImport]) -> _Keyed:
    """Each under what stays the same when it moves."""
    return [((spelled(row), name.name if name else ""), (row, name)) for row, name in found]
