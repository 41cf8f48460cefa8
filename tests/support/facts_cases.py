"""Golden cases of extraction: ``tests/cases/facts/*.case`` hold a source text and its facts, one fact a line.

    -- source.py --            the text; its extension says the language
    -- definitions --          line kind qualified.name(parameters) -> type < bases @decorators = value ~ alias (hidden)
    -- references --           line:column kind receiver.name in enclosing [call] (local)
    -- imports --              line module: name as alias, … (flags)
    -- bindings --             function: name annotation|value|alias
    -- problems --             line kind message

Run the tests with ``SIGHTLINE_UPDATE_CASES=1`` to write what extraction says now, then read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sightline.base.text import Text
from sightline.graph.facts import CallShape, Definition, FileFacts, Import, LocalBinding, Parameter, ParameterKind
from sightline.graph.parse import parse
from sightline.languages.registry import language_of

CASES = Path(__file__).parent.parent / "cases" / "facts"
UPDATE = bool(os.environ.get("SIGHTLINE_UPDATE_CASES"))

_MARKS = {ParameterKind.VARIADIC: "*", ParameterKind.VARIADIC_KEYWORD: "**"}


def case_names() -> list[str]:
    """The names of all case files."""
    return sorted(path.name for path in CASES.glob("*.case"))


def read_case(name: str) -> tuple[str, str, str]:
    """Name and text of the source, and the golden sections as one text."""
    text = (CASES / name).read_bytes().decode("utf-8")
    head, _, rest = text.partition("\n")
    source, _, golden = rest.partition("\n-- definitions --\n")
    return head.strip("- "), source + "\n", "-- definitions --\n" + golden


def written(name: str) -> str:
    """The golden sections as extraction gives them now; writes them to the case file if asked to."""
    source_name, source, _ = read_case(name)
    language = language_of(source_name)
    assert language is not None, f"{name}: no language has the extension of {source_name}"
    text = Text.of(source)
    now = "\n".join(_sections(parse(text.data, language), text)) + "\n"
    if UPDATE:
        (CASES / name).write_bytes(f"-- {source_name} --\n{source}{now}".encode())
    return now


def _sections(facts: FileFacts, text: Text) -> Iterator[str]:
    yield "-- definitions --"
    for index, definition in enumerate(facts.definitions):
        yield f"{text.line_of(definition.name_span.start) + 1} {_definition(facts, index, definition)}"
    yield "-- references --"
    for reference in facts.references:
        line = text.line_of(reference.span.start)
        column = reference.span.start - text.line_starts[line] + 1
        name = f"{reference.receiver}.{reference.name}" if reference.receiver else reference.name
        enclosing = f" in {facts.qualified_name(reference.enclosing)}" if reference.enclosing >= 0 else ""
        call = f" {_call(reference.call)}" if reference.call else ""
        local = " (local)" if reference.local else ""
        yield f"{line + 1}:{column} {reference.kind.value} {name}{enclosing}{call}{local}"
    yield "-- imports --"
    for statement in facts.imports:
        yield f"{text.line_of(statement.span.start) + 1} {_import(facts, statement)}"
    yield "-- bindings --"
    for binding in facts.bindings:
        yield _binding(facts, binding)
    yield "-- problems --"
    for problem in facts.problems:
        yield f"{text.line_of(problem.span.start) + 1} {problem.kind} {problem.message}"


def _definition(facts: FileFacts, index: int, definition: Definition) -> str:
    parameters = definition.parameters
    pieces = [f"{definition.kind.value} {facts.qualified_name(index)}"]
    if parameters is not None:
        pieces[0] += f"({', '.join(_parameter(parameter) for parameter in parameters)})"
    if definition.annotation:
        pieces.append(f"-> {definition.annotation}")
    if definition.bases:
        pieces.append(f"< {', '.join(definition.bases)}")
    pieces += [f"@{decorator}" for decorator in definition.decorators]
    if definition.value:
        pieces.append(f"= {definition.value}")
    if definition.alias:
        pieces.append(f"~ {definition.alias}")
    if not definition.exported:
        pieces.append("(hidden)")
    return " ".join(pieces)


def _parameter(parameter: Parameter) -> str:
    kinds = {ParameterKind.POSITIONAL_ONLY: " /", ParameterKind.KEYWORD_ONLY: " kw"}
    text = _MARKS.get(parameter.kind, "") + parameter.name
    text += f": {parameter.annotation}" if parameter.annotation else ""
    return text + (" =" if parameter.has_default else "") + kinds.get(parameter.kind, "")


def _call(call: CallShape) -> str:
    entries = [str(call.positional), *(f"{name}=" for name in call.keywords)]
    return f"[{' '.join(entries)}{' *' if call.splat else ''}{' **' if call.double_splat else ''}]"


def _import(facts: FileFacts, statement: Import) -> str:
    names = [
        f"{imported.name or '(module)'}{f' as {imported.alias}' if imported.alias != imported.name else ''}"
        for imported in statement.names
    ]
    flags = [flag for flag in ("type_only", "guarded", "reexport", "dynamic") if getattr(statement, flag)]
    if statement.enclosing >= 0:
        flags.append(f"in {facts.qualified_name(statement.enclosing)}")
    shown = f" ({', '.join(flags)})" if flags else ""
    return f"{'.' * statement.level}{statement.module}: {', '.join(names)}{shown}"


def _binding(facts: FileFacts, binding: LocalBinding) -> str:
    what = "|".join((binding.annotation, binding.value, binding.alias))
    where = facts.qualified_name(binding.enclosing) if binding.enclosing >= 0 else "(module)"
    return f"{where}: {binding.name} {what}"
