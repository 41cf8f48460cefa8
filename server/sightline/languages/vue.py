"""Vue's single-file components as data. Rules: vuejs.org, "SFC Syntax Specification" and "Template Syntax"."""

from __future__ import annotations

import re
from functools import lru_cache

from sightline.languages.component_blocks import prepared
from sightline.languages.markup import Attribute, Braced, Markup, Tag
from sightline.languages.prepared import Prepared
from sightline.languages.script_skim import SCRIPT_SKIM
from sightline.languages.spec import LanguageSpec
from sightline.languages.template_uses import IDENTIFIER, NATIVE, TemplateUses, pattern_names
from sightline.languages.typescript import TYPESCRIPT

_FOR = re.compile(rb"\s*(.+?)\s+(?:in|of)\s+", re.DOTALL)
_VALUE = re.compile(rb"\s*(?:\{|(?:async\s+)?function\b|class\b)")
_DYNAMIC = re.compile(rb"\[([^\]\s]+)\]")
_STYLE_VALUE = re.compile(rb"v-bind\(\s*([\"']?)([^)\"']+)\1\s*\)")
_DIRECTIVE = re.compile(rb"v-([a-z][\w-]*)")
_BUILT_IN = frozenset(b"bind model on slot if else else-if for show html text once memo cloak pre is".split())
#: A line of a template that is no HTML (Pug): what it begins with may be a component.
_LEADING = re.compile(rb"^[ \t]*([A-Za-z][\w.-]*)", re.MULTILINE)
_PUG_ATTRIBUTE = re.compile(rb"(?<![\w-])((?:v-|[:@#])[\w:.-]+)\s*=\s*([\"'])(.*?)\2", re.DOTALL)


@lru_cache(maxsize=1)  # the tree of a text and its facts ask one after the other
def prepare_vue(data: bytes) -> Prepared:
    """The code of a single-file component and what its template uses."""
    markup = Markup(data, b"{{")
    uses = TemplateUses(data)
    scripts: list[Tag] = []
    at = 0
    while (tag := _next_block(markup, at)) is not None:
        name = tag.name.lower()
        at = tag.end
        if tag.closing or tag.alone:
            continue
        if name == b"script":
            scripts.append(tag)
        if name == b"template":
            end = _template_end(markup, tag)
            if tag.text(data, b"lang") in (b"", b"html"):
                _read_template(markup, uses, tag.end, end)
            else:
                _read_foreign(markup, uses, tag.end, end)
            uses.finish()
            at = end
        else:
            at = markup.content_end(tag, len(data))
            if name == b"style":
                _read_style(uses, tag.end, at)
    return prepared(markup, scripts, uses)


def _next_block(markup: Markup, at: int) -> Tag | None:
    """The next tag at or after ``at``; braces mean nothing between blocks."""
    return next((part for part in markup.parts(at, len(markup.data)) if isinstance(part, Tag)), None)


def _template_end(markup: Markup, opening: Tag) -> int:
    """Where a block ``<template>`` ends: templates may hold templates."""
    depth = 1
    for part in markup.parts(opening.end, len(markup.data)):
        if isinstance(part, Tag) and part.name == b"template" and not part.alone:
            depth += -1 if part.closing else 1
            if depth == 0:
                return part.start
    return markup.content_end(opening, len(markup.data))


def _read_template(markup: Markup, uses: TemplateUses, start: int, end: int) -> None:
    for part in markup.parts(start, end):
        if isinstance(part, Braced):
            uses.expression(part.start, part.end)
        elif part.closing:
            uses.closed(part.name, part.end)
        else:
            _component(uses, part.name, part.name_start)
            bound: frozenset[bytes] = frozenset()
            for attribute in part.attributes:
                bound |= _attribute(uses, attribute)
            uses.opened(part, bound)


def _read_foreign(markup: Markup, uses: TemplateUses, start: int, end: int) -> None:
    """A template in another language: what looks like components, directives and braces."""
    data = markup.data
    for found in _LEADING.finditer(data, start, end):
        _component(uses, found.group(1), found.start(1))
    for found in _PUG_ATTRIBUTE.finditer(data, start, end):
        _attribute(uses, Attribute(found.group(1), found.start(1), found.span(3), data[found.start(2)]))
    at = data.find(b"{{", start, end)
    while at >= 0:
        inside = markup.braced(at, end)
        if inside is None:
            break
        uses.expression(inside.start, inside.end)
        at = data.find(b"{{", inside.end, end)


def _read_style(uses: TemplateUses, start: int, end: int) -> None:
    """``v-bind(name)`` and ``v-bind('expression')`` in styles."""
    for found in _STYLE_VALUE.finditer(uses.data, start, end):
        uses.expression(*found.span(2), value=False)


def _component(uses: TemplateUses, name: bytes, start: int) -> None:
    """A tag names what the code binds as it is, in camel case or in Pascal case, unless it is HTML's own."""
    if name in NATIVE:
        return
    if name[:1].isupper() or b"." in name:
        uses.use(name, start, called=True)
        return
    camel = _camel(name)
    for spelling in dict.fromkeys((name, camel, camel[:1].upper() + camel[1:])):
        uses.guess(spelling, start, called=True, spelled=name)


def _camel(name: bytes) -> bytes:
    first, *rest = name.split(b"-")
    return first + b"".join(part[:1].upper() + part[1:] for part in rest)


def _attribute(uses: TemplateUses, attribute: Attribute) -> frozenset[bytes]:
    """Reads one attribute; returns the names it binds inside its element."""
    name, value = attribute.name, attribute.value
    text = uses.data[value[0] : value[1]] if value else b""
    if name == b"ref" and IDENTIFIER.fullmatch(text) and value:
        uses.guess(text, value[0])
    is_slot = name.startswith((b"#", b"v-slot"))
    if not (is_slot or name.startswith((b":", b"@", b".", b"v-"))):
        return frozenset()
    for found in _DYNAMIC.finditer(name):
        uses.expression(attribute.start + found.start(1), attribute.start + found.end(1))
    custom = _DIRECTIVE.match(name)
    if custom is not None and custom.group(1) not in _BUILT_IN:
        spelled = b"v-" + custom.group(1)
        uses.guess(_camel(spelled), attribute.start, spelled=spelled)
    if value is None:
        if name.startswith((b":", b"v-bind:")):
            start = name.index(b":") + 1
            spelled = name[start:].partition(b".")[0]
            uses.guess(_camel(spelled), attribute.start + start, spelled=spelled)
        return frozenset()
    if is_slot or name == b"slot-scope":
        return pattern_names(text)
    if name == b"v-for":
        found = _FOR.match(text)
        if found is not None:
            uses.expression(value[0] + found.end(), value[1])
            return pattern_names(found.group(1))
    is_statement = name.startswith((b"@", b"v-on")) and not _VALUE.match(text)
    uses.expression(*value, value=not is_statement)
    return frozenset()


VUE = LanguageSpec(
    name="vue",
    extensions=(".vue",),
    grammar=TYPESCRIPT.grammar,
    queries=TYPESCRIPT.queries,
    comment="//",
    identifier="vue",
    extractor="script",
    family="script",
    skim=SCRIPT_SKIM,
    prepare=prepare_vue,
)
