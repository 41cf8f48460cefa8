"""Whether a task is a pattern over the whole workspace ("use X instead of Y"), and what it wants looked for.

Words only: nothing is looked up. What is written as code (in backticks, dotted, snake or camel case, with parentheses)
is *sure*; a plain word in the same place may be prose, and counts only for those who find such a name in the workspace.
Reading never fails and takes time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

PatternKind = Literal["replace", "rename", "remove"]
Shape = Literal["name", "dotted", "call", "code"]

#: Characters of a task that are looked at: the title and the first lines say what is wanted.
MAXIMUM_TITLE = 600

#: At most so many things are sought for one task.
MAXIMUM_SOUGHT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Something a task names, as it may stand in code: without backticks and without the parentheses of a call.

    ``shape``: ``name`` an identifier, ``dotted`` several (``os.path``, ``Foo::bar``), ``call`` one that is called,
    ``code`` anything else (``interface{}``, ``Global*``). ``sure``: it is written as code; else it is a plain word.
    """

    text: str
    shape: Shape
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternTask:
    """A task that wants all places of ``old`` changed. ``new`` is what shall stand there, empty for a removal.

    ``scope`` are names of the places it is limited to ("in `parse`"), as written; empty for the whole workspace.
    ``everywhere``: the task says so ("all", "everywhere", "usages of").
    """

    kind: PatternKind
    old: tuple[Sought, ...]
    new: tuple[Sought, ...] = ()
    scope: tuple[str, ...] = ()
    everywhere: bool = False

    @property
    def sure(self) -> bool:
        """Whether something that is sought is written as code."""
        return any(each.sure for each in self.old)


_QUOTED = r"``?[^`\n]{1,80}``?|\"[^\"\n]{1,60}\"|(?<!\w)'[^'\n]{1,60}'(?!\w)"
#: Words after which no item stands, and that are none themselves.
_NO_ITEM = (
    r"(?!(?:in|on|for|from|to|of|with|by|and|or|when|where|if|as|at|each|every|it|that|which|not|instead)\b[^.(:])"
)
_ITEM = rf"(?:{_QUOTED}|{_NO_ITEM}(?:[\w$.:#]+\([^()\n]{{0,60}}\)|[^\s,;`\"]+))"
_KINDS = (
    r"functions?|methods?|class(?:es)?|types?|calls?|usages?|uses|modules?|packages?|variables?|constants?|fields?|"
    r"propert(?:y|ies)|attributes?|parameters?|params?|arguments?|args?|options?|flags?|settings?|macros?|helpers?|"
    r"imports?|aliases|alias|decorators?|interfaces?|traits?|enums?|hooks?|structs?|errors?|exceptions?|prefix(?:es)?"
)
_USES = r"(?:usages?|uses?|calls?|references?|occurrences?|instances?|imports?)"
#: What may stand before the first item.
_BEFORE = (
    r"(?:(?:all|every|each|any|the|our|its|remaining|other|most|old|deprecated|legacy|obsolete|unused|unneeded|direct|"
    rf"internal|custom|of|to|and|(?:the )?{_USES}(?: (?:of|to|for))?|{_KINDS}|[\w-]+(?=\s+{_USES} (?:of|to)\b))\s+)"
    r"{0,6}"
)
_AFTER = rf"(?:\s+(?:{_KINDS})\b){{0,2}}(?:\s+everywhere)?"
_LIST = rf"{_ITEM}(?:(?:,? (?:and|or|&) |, ?(?!use\b)|/(?=`)){_ITEM}){{0,6}}"
#: Where a plain word is the whole of what is meant, and no adjective.
_END = (
    r"(?=\s*(?:$|[.,:;!?()]|->|=>|→|(?:in|on|for|from|to|with|by|and|when|where|if|as|at|so|because|since|everywhere)"
    r"\b))"
)
#: Where a wish begins.
_CLAUSE = (
    r"(?:^|[:;.!?)\]]\s+|,\s+|\b(?:and|then|please|should|must|let'?s|(?:can|could) (?:you|we)|we|"
    r"(?:want|need|like) to)\s+)"
)
_ENDINGS = r"(?:e[sd]?|ed|es|s|ing)?"
_TO = r"\s*(?:\bto\b|\binto\b|\bas\b|->|=>|→)\s*"
_WITH = r"\s*(?:\bwith\b|\bby\b|\bfor\b|->|=>|→)\s*"
_INSTEAD = r",?\s+(?:instead of|rather than|in place of|over|not)\s+"
_FAVOUR = r"\s+in favou?r of\s+"
#: After these a use is to be avoided there, not everywhere.
_NOT_ALWAYS = (
    r"(?!\s*(?:twice|again|multiple|repeated|unnecess|when|if|before|after|unless|until|while|on|outside|here)\w*)"
    r"(?![\w.])"
)

#: How pattern tasks are said; OLD and NEW stand for lists of items. The first that fits the text decides.
_SAID: tuple[tuple[PatternKind, str], ...] = (
    ("rename", rf"renam{_ENDINGS}\s+OLD{_TO}NEW"),
    ("replace", rf"(?:replac{_ENDINGS}|swap(?:ped|s)?|substitut{_ENDINGS})\s+OLD{_WITH}NEW"),
    ("replace", rf"(?:us{_ENDINGS}|prefer(?:s|red)?|call(?:s|ed)?|import(?:s|ed)?)\s+NEW{_INSTEAD}OLD"),
    ("replace", r"(?:stop using|instead of)\s+OLD,?\s+(?:and\s+)?(?:use|call|import|prefer)\s+NEW"),
    ("replace", rf"(?:(?:drop|dropp|remov|delet|abandon){_ENDINGS}|mov{_ENDINGS} (?:away )?from)\s+OLD{_FAVOUR}NEW"),
    ("replace", rf"(?:migrat|switch|mov|convert|chang|port){_ENDINGS}\s+(?:away\s+)?from\s+OLD\s+(?:to|on ?to)\s+NEW"),
    ("replace", rf"(?P<loose>(?:migrat|switch|convert|chang){_ENDINGS})\s+OLD\s*(?:\bto\b|->|=>|→)\s*(?:use\s+)?NEW"),
    (
        "remove",
        rf"(?:stop|avoid|no longer|do not|don'?t)\s+(?:use|call|import|pass|\w+ing)\s+OLD{_NOT_ALWAYS}",
    ),
    ("remove", rf"(?:(?:remov|drop|dropp|delet|eliminat){_ENDINGS}|get rid of)\s+(?:support for\s+)?OLD"),
)


def _form(said: str) -> re.Pattern[str]:
    for mark, group in (("OLD", "old"), ("NEW", "new")):
        said = said.replace(mark, rf"{_BEFORE}(?P<{group}>{_LIST}){_AFTER}(?P<ends_{group}>{_END})?")
    return re.compile(_CLAUSE + said, re.IGNORECASE)


_FORMS: tuple[tuple[PatternKind, re.Pattern[str]], ...] = tuple((kind, _form(said)) for kind, said in _SAID)
_ARROW = re.compile(rf"^(?:[\w()./-]+:\s+)?(?P<old>{_ITEM})\s*(?:->|=>|→)\s*(?P<new>{_ITEM})\s*$")
_SCOPE = re.compile(rf"\s+(?:in|inside|within|from|of)\s+(?:the\s+)?(?P<scope>{_LIST})", re.IGNORECASE)
_EVERYWHERE = re.compile(
    r"\b(?:all|every|each|everywhere|throughout|across|entire|whole|code ?base|usages?|uses of|references)\b", re.I
)
_SPLIT = re.compile(rf"({_QUOTED})|,? (?:and|or|&) |, ?|/(?=`)", re.IGNORECASE)

_IDENTIFIER = re.compile(r"[A-Za-z_$@][\w$]*[!?]?\Z")
_DOTTED = re.compile(r"[A-Za-z_$@][\w$]*(?:(?:\.|::|#|->)[A-Za-z_$][\w$]*)+[!?]?\Z")
_CAMEL = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2,}[a-z]{2,}\d*[A-Z]|_")
_SHOUTED = re.compile(r"[A-Z][A-Z0-9]{4,}\Z")
_FILE = re.compile(
    r"[\w./*-]*\.(?:md|rst|txt|ya?ml|toml|json|cfg|ini|lock|html?|css|scss|sh|bat|py|pyi|jsx?|tsx?|mjs|cjs|go|rs|java|kt|"
    r"rb|php|cs|c|h|cc|cpp|hpp|vue|svelte|xml|csv|sql|png|svg|exe|in|out|io|com|org|dev)\Z",
    re.IGNORECASE,
)
_VERSION = re.compile(r"v?\d[\w.+-]*\Z|[A-Za-z]+-?\d+(?:\.[\dx]+)+\Z|py\d+\Z")
_CODE_MARK = re.compile(r"[({\[$*&@]|<(?![=\d])|::|->")
#: Written like code, and names of things in the world.
_BRANDS_WORDS = """
github gitlab javascript typescript coffeescript pypi openapi macos freebsd openbsd readthedocs postgresql
mysql sqlite pypy cpython rest myst graphql websocket websockets opentelemetry readme changelog license
makefile dockerfile todo fixme utf-8 utf8 ascii https oauth oauth2 json5 ipv4 ipv6
"""
#: Words that stand where a name may stand and are none.
_PROSE_WORDS = """
a an the it its this that these those them they one some any all more most less own other others another
same new old real proper better custom code file files test tests string strings bytes text list lists dict
dicts map maps set sets space spaces tab tabs tabbing newline newlines number numbers integer integers
function functions method methods class classes module modules package packages value values default
defaults name names type types variable variables option options error errors warning warnings exception
exceptions message messages comment comments docs documentation example examples link links url urls path
paths directory folder version versions support usage use uses imports import calls call from to in on with
by for of only not just two three several multiple single explicit implicit direct manual python go rust
java ruby node windows linux extension extensions what where when how loop loops way format formats case
style hard raw plain simple built-in builtin
"""


_BRANDS = frozenset(_BRANDS_WORDS.split())
_PROSE = frozenset(_PROSE_WORDS.split())


def pattern_of(task: str) -> PatternTask | None:
    """What a task wants changed everywhere; ``None`` for a task that is no such pattern."""
    text = _title(task)
    everywhere = _EVERYWHERE.search(text) is not None
    for kind, form in _FORMS:
        for match in form.finditer(text):
            if found := _read(kind, match, text, everywhere=everywhere):
                return found
    if match := _ARROW.match(text):
        old, new = _sought((match["old"],)), _sought((match["new"],))
        if all(each.sure for each in (*old, *new)) and old and new:
            return PatternTask(kind="replace", old=old, new=new, everywhere=everywhere)
    return None


def _title(task: str) -> str:
    """The first paragraph as one line, up to its first list item."""
    lines: list[str] = []
    for line in task.strip()[:MAXIMUM_TITLE].split("\n"):
        stripped = line.strip()
        if not stripped or (lines and re.match(r"[-*+>#]|\d+[.)]\s", stripped)):
            break
        lines.append(stripped)
    title, rest = lines[0] if lines else "", " ".join(lines[1:])
    return f"{title}. {rest}" if rest and title[-1] not in ".:;,!?" else f"{title} {rest}"


def _read(kind: PatternKind, match: re.Match[str], text: str, *, everywhere: bool) -> PatternTask | None:
    groups = match.groupdict()
    old = _sought(_items(groups["old"]))
    new = _sought(_items(groups.get("new") or ""))
    sure_old, sure_new = any(each.sure for each in old), any(each.sure for each in new)
    if sure_old and kind != "remove" and not new:
        new = _plain(groups.get("new") or "")
    if not old or (kind != "remove" and not new):
        return None
    if kind == "remove" and not sure_old:
        return None
    if groups.get("loose") and not (sure_old and sure_new):
        return None
    if not sure_old and (len(old) > 1 or (groups.get("ends_old") is None and kind == "replace")):
        return None  # a plain word that goes on is prose: "instead of parsing the query"
    if sure_old:
        old = tuple(each for each in old if each.sure)
    if len(old) == 1:
        new = new[:1]
    elif sure_new:
        new = tuple(each for each in new if each.sure)
    rest = text[match.end() :]
    scope = _SCOPE.match(rest)
    limited = tuple(each.text for each in _sought(_items(scope["scope"])) if each.sure) if scope else ()
    return PatternTask(kind=kind, old=old, new=new, scope=limited, everywhere=everywhere)


def _plain(text: str) -> tuple[Sought, ...]:
    """What stands in place of code, where any word will do: ``any``, ``str``, ``None``."""
    first = text.strip("`'\"").rstrip(".,:;!?")
    return (Sought(text=first, shape=_shape(first, called=False), sure=False),) if first.strip() else ()


def _items(text: str) -> list[str]:
    """The items of a list in prose."""
    items: list[str] = []
    at = 0
    for match in _SPLIT.finditer(text):
        if match[1]:
            continue
        items.append(text[at : match.start()])
        at = match.end()
    return [item for item in (*items, text[at:]) if item]


def _sought(items: Iterable[str]) -> tuple[Sought, ...]:
    found: dict[str, Sought] = {}
    for item in items:
        each = _sought_of(item.strip())
        if each is None:
            return ()
        if len(found) < MAXIMUM_SOUGHT:
            found.setdefault(each.text, each)
    return tuple(found.values())


def _sought_of(item: str) -> Sought | None:
    """One thing that is sought; ``None`` for what cannot stand in code."""
    marked = item[:1] == "`"
    bare = item.strip("`").strip()
    if not marked:
        bare = bare.rstrip(".,:;!?")
        if bare[:1] == "(":
            return None
        if bare[:1] in "\"'":
            bare = bare.strip("\"'")
    if len(bare) < 2 or "://" in bare or (not marked and (_FILE.match(bare) or _VERSION.match(bare))):
        return None
    bare = re.sub(r"^\\?\.(?=[A-Za-z_])", "", bare)  # `.format()` is a method of anything
    called = re.fullmatch(r"([\w$.:#]+)\([^()]{0,40}\)", bare)
    name = called[1] if called else bare
    shape = _shape(name, called=called is not None)
    if marked or called:
        return Sought(text=name, shape=shape, sure=True)
    if name.lower() in _BRANDS:
        return None
    if shape == "code":
        return Sought(text=name, shape=shape, sure=True) if _looks_like_code(name) else None
    if shape == "dotted" or _CAMEL.search(name) or _SHOUTED.match(name):
        return Sought(text=name, shape=shape, sure=True)
    return None if name.lower() in _PROSE else Sought(text=name, shape=shape, sure=False)


def _looks_like_code(text: str) -> bool:
    """Whether a word that is no name is code nonetheless, such as ``interface{}``."""
    balanced = all(text.count(left) == text.count(right) for left, right in ("()", "[]", "{}"))
    return balanced and _CODE_MARK.search(text) is not None and re.search(r"[A-Za-z]{2}|\[\]", text) is not None


def _shape(name: str, *, called: bool) -> Shape:
    if _DOTTED.match(name):
        return "call" if called else "dotted"
    if _IDENTIFIER.match(name):
        return "call" if called else "name"
    return "code"
