"""Svelte's components as data. Rules: svelte.dev, ".svelte files" and "Template syntax" (versions 3 to 5)."""

from __future__ import annotations

import re
from functools import lru_cache

from sightline.languages.component_blocks import prepared
from sightline.languages.markup import Attribute, Braced, Markup, Tag
from sightline.languages.prepared import Prepared
from sightline.languages.script_skim import SCRIPT_SKIM
from sightline.languages.spec import LanguageSpec
from sightline.languages.template_uses import IDENTIFIER, TemplateUses, pattern_names
from sightline.languages.typescript import TYPESCRIPT

_BLOCK = re.compile(rb"\s*([#:/@])\s*([a-z]+(?:\s+if)?)\s*")
_EACH = re.compile(rb"(.*?)\s+as\s+(.*?)(\([^()]*(?:\([^()]*\)[^()]*)*\))?\s*$", re.DOTALL)
_AWAIT = re.compile(rb"(.*?)(?:\s+(?:then|catch)\s*(.*))?$", re.DOTALL)
_SNIPPET = re.compile(rb"([\w$]+)\s*\((.*)\)\s*$", re.DOTALL)
_CONST = re.compile(rb"(.*?)(?<![=!<>])=(?![=>])", re.DOTALL)
_CHAIN = re.compile(rb"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*")
#: Directives whose name after the colon is a value of the code; and those that use it only when they stand alone.
_NAMING = (b"use:", b"transition:", b"in:", b"out:", b"animate:")
_SHORT = (b"bind:", b"class:", b"style:")


@lru_cache(maxsize=1)  # the tree of a text and its facts ask one after the other
def prepare_svelte(data: bytes) -> Prepared:
    """The code of a component and what its template uses."""
    markup = Markup(data, b"{")
    uses = TemplateUses(data)
    scripts: list[Tag] = []
    in_head = False
    for part in markup.parts(0, len(data)):
        if isinstance(part, Braced):
            _braced(uses, part)
        elif part.name in (b"script", b"style"):
            if part.name == b"script" and not part.closing and not part.alone and not in_head:
                scripts.append(part)
        elif part.closing:
            in_head = in_head and part.name != b"svelte:head"
            uses.closed(part.name, part.end)
        else:
            in_head = in_head or (part.name == b"svelte:head" and not part.alone)
            _element(markup, uses, part)
    return prepared(markup, scripts, uses, prefixed=True)


def _element(markup: Markup, uses: TemplateUses, tag: Tag) -> None:
    if tag.name[:1].isupper() or b"." in tag.name:
        uses.use(tag.name, tag.name_start, called=True)
    bound: set[bytes] = set()
    for attribute in tag.attributes:
        if attribute.name.startswith(b"let:"):
            value = attribute.value
            text = uses.data[value[0] : value[1]] if value else attribute.name[4:]
            bound |= pattern_names(text)
        else:
            _attribute(markup, uses, attribute)
    uses.opened(tag, frozenset(bound))


def _attribute(markup: Markup, uses: TemplateUses, attribute: Attribute) -> None:
    name, value, quote = attribute.name, attribute.value, attribute.quote
    if name.startswith(_NAMING) or (value is None and name.startswith(_SHORT)):
        start = name.index(b":") + 1
        found = _CHAIN.match(name, start)
        if found is not None and name.startswith(_NAMING):
            uses.use(found.group(), attribute.start + start, called=True)
        elif found is not None and IDENTIFIER.fullmatch(found.group()):
            uses.guess(found.group(), attribute.start + start)
    if value is None:
        return
    if quote == 0x7B:
        text = uses.data[value[0] : value[1]]
        blanks = len(text) - len(text.lstrip())
        if not name and text.lstrip().startswith(b"..."):
            uses.expression(value[0] + blanks + 3, value[1])
        elif not name and text.lstrip().startswith(b"@"):
            _braced(uses, Braced(*value, 1))
        else:
            uses.expression(*value)
        return
    for part in markup.parts(*value):
        if isinstance(part, Braced):
            uses.expression(part.start, part.end, value=False)


def _braced(uses: TemplateUses, part: Braced) -> None:
    data = uses.data
    block = _BLOCK.match(data, part.start, part.end)
    if block is None:
        uses.expression(part.start, part.end, value=False)
        return
    sign, word, start = block.group(1), block.group(2), block.end()
    if sign == b"/":
        uses.closed(b"{" + word, part.end + 1)
    elif sign == b"#":
        uses.block(b"{" + word, part.start - 1, _opened(uses, word, start, part.end))
    elif word == b"const":
        found = _CONST.match(data, start, part.end)
        uses.expression(found.end() if found else start, part.end)
    elif sign == b"@" or word.endswith(b"if"):
        uses.expression(start, part.end)
    elif word in (b"then", b"catch"):
        uses.closed(b"{" + word, part.start - 1)
        uses.block(b"{" + word, part.start - 1, pattern_names(data[start : part.end]))


def _opened(uses: TemplateUses, word: bytes, start: int, end: int) -> frozenset[bytes]:
    """Reads what opens a block; returns the names that the block binds."""
    data = uses.data
    pattern = {b"each": _EACH, b"await": _AWAIT, b"snippet": _SNIPPET}.get(word)
    found = pattern.match(data, start, end) if pattern is not None else None
    if found is None:
        uses.expression(start, end)
        return frozenset()
    if word == b"snippet":
        return pattern_names(found.group(2))
    uses.expression(*found.span(1))
    if word == b"each" and found.group(3):
        uses.expression(found.start(3) + 1, found.end(3) - 1)
    return pattern_names(found.group(2) or b"")


SVELTE = LanguageSpec(
    name="svelte",
    extensions=(".svelte",),
    grammar=TYPESCRIPT.grammar,
    queries=TYPESCRIPT.queries,
    comment="//",
    identifier="svelte",
    extractor="script",
    family="script",
    skim=SCRIPT_SKIM,
    prepare=prepare_svelte,
)
