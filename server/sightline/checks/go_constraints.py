"""Go definitions that only one of several build constraints had: gone from that one, others of the name hide the loss.

Sources: the documentation of go/build/constraint and of the command ("Build constraints": expressions, file names).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, product

from sightline.base.paths import WorkspacePath
from sightline.checks.check import Certainty, Finding
from sightline.checks.definitions import Removed
from sightline.checks.language import is_go
from sightline.checks.matching import Matching
from sightline.checks.recall import symbols_of
from sightline.graph.answers import Confidence

_SYSTEMS = frozenset({
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "netbsd", "openbsd",
    "plan9", "solaris", "wasip1", "windows",
})  # fmt: skip
_UNIX = _SYSTEMS - {"js", "plan9", "wasip1", "windows"}
_MACHINES = frozenset({
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64",
    "s390x", "wasm",
})  # fmt: skip
#: What building for one system means as well.
_IMPLIED = {"android": "linux", "ios": "darwin", "illumos": "solaris"}
_LINE = re.compile(rb"^//go:build[ \t]+([^\r\n]+)", re.MULTILINE)
_PACKAGE = re.compile(rb"^package\b", re.MULTILINE)
_TOKEN = re.compile(r"\s*(&&|\|\||[()!]|[\w.]+)")
_MOST_TAGS, _MOST_USES = 6, 400
#: Characters of a constraint, and parentheses and negations in it; nothing is said of a longer or deeper one.
_LONGEST, _DEEPEST = 300, 60

#: Whether a file is built under some tags.
_Condition = Callable[[Mapping[str, bool]], bool]


def uncovered_uses(matching: Matching, removed: Removed) -> Iterator[Finding]:
    """Uses that some build meets no definition for any more, where another build has one still."""
    symbol, after = removed.symbol, matching.given.after
    folder, name = symbol.path.relative.rpartition("/")[0], symbol.qualified_name
    if not is_go(symbol.path) or symbol.path.name.endswith("_test.go"):
        return
    left = [
        path
        for path in after.files_defining(symbol.definition.name)
        if path.relative.rpartition("/")[0] == folder and not path.name.endswith("_test.go") and is_go(path)
        if any(each.qualified_name == name for each in symbols_of(after, path))
    ]
    old = removed.file.before
    if not left or old is None:
        return
    tags: set[str] = set()
    was = _condition(symbol.path, old.data, tags)
    others = [each for path in left if (each := _condition(path, _data(matching, path), tags)) is not None]
    if was is None or len(others) < len(left):
        return
    for place in islice(matching.given.before.references(symbol).places, _MOST_USES):
        use = matching.after_of((place.path, place.reference))
        if use is None or place.confidence is not Confidence.EXACT or not is_go(use[0]):
            continue
        own = set(tags)
        own_condition = _condition(use[0], _data(matching, use[0]), own)
        if own_condition is None:
            continue
        builds = (build for build in _builds(own) if was(build) and own_condition(build))
        build = next((build for build in builds if not any(other(build) for other in others)), None)
        if build is not None:
            yield matching.finding(
                use,
                f"`{name}` is gone from {symbol.path}, and builds {_shown(build)} have no other.",
                certainty=Certainty.CERTAIN,
                symbol=symbol.identifier,
                related=(matching.definition_place(symbol, "where it was", before=True),),
            )


def _data(matching: Matching, path: WorkspacePath) -> bytes:
    text = matching.text_after(path)
    return text.data if text is not None else b""


def _condition(path: WorkspacePath, data: bytes, tags: set[str]) -> _Condition | None:
    """When a file is built, ``None`` for more than is followed; the tags that decide it are added to ``tags``."""
    parts = path.name.removesuffix(".go").removesuffix("_test").split("_")[1:]
    wanted = [part for part in parts[-1:] if part in _SYSTEMS | _MACHINES]
    if len(parts) > 1 and parts[-1] in _MACHINES and parts[-2] in _SYSTEMS:
        wanted.append(parts[-2])
    head = _PACKAGE.search(data)
    line = _LINE.search(data, 0, head.start() if head is not None else len(data))
    written = line[1].decode("utf-8", "replace") if line is not None else ""
    if len(written) > _LONGEST or written.count("(") + written.count("!") > _DEEPEST:
        return None
    expression = _parsed(written)
    tags.update(wanted)
    tags.update(_TOKEN.findall(written))
    return lambda build: all(_holds(build, tag) for tag in wanted) and (expression is None or expression(build))


def _parsed(text: str) -> _Condition | None:
    tokens = _TOKEN.findall(text.partition("//")[0])
    at = 0

    def joined(sign: str, part: Callable[[], _Condition], hold: Callable[[Iterable[bool]], bool]) -> _Condition:
        nonlocal at
        parts = [part()]
        while at < len(tokens) and tokens[at] == sign:
            at += 1
            parts.append(part())
        return lambda build: hold(each(build) for each in parts)

    def either() -> _Condition:
        return joined("||", lambda: joined("&&", single, all), any)

    def single() -> _Condition:
        nonlocal at
        sign = tokens[at] if at < len(tokens) else ""
        at += 1
        if sign == "!":
            inner = single()
            return lambda build: not inner(build)
        if sign == "(":
            inner = either()
            at += 1
            return inner
        return lambda build: _holds(build, sign)

    return either() if tokens else None


def _holds(build: Mapping[str, bool], tag: str) -> bool:
    """Whether a tag is set: those of versions of Go always, other compilers' never."""
    if tag == "unix":
        return any(build.get(each, False) for each in _UNIX)
    return tag.startswith("go1.") or tag == "gc" or build.get(tag, False)


def _builds(tags: set[str]) -> Iterator[Mapping[str, bool]]:
    """Builds that differ in the tags: one system, one machine, any of the others. Too many say nothing."""
    free = sorted(
        tag
        for tag in tags - _SYSTEMS - _MACHINES - {"unix", "gc", "gccgo", "ignore"}
        if tag[:1].isalpha() and not tag.startswith("go1.")
    )
    if len(free) > _MOST_TAGS:
        return
    is_open = bool(tags & (_SYSTEMS | {"unix"}))
    systems: Sequence[str] = sorted((tags & _SYSTEMS) | {"linux", "windows", "darwin", "plan9"}) if is_open else [""]
    machines: Sequence[str] = sorted((tags & _MACHINES) | {"amd64", "arm64"}) if tags & _MACHINES else [""]
    for system, machine in product(systems, machines):
        for values in product((False, True), repeat=len(free)):
            build = dict(zip(free, values, strict=True))
            yield build | {each: True for each in (system, machine, _IMPLIED.get(system, "")) if each}


def _shown(build: Mapping[str, bool]) -> str:
    tags = [tag for tag, value in build.items() if value]
    return f"with {', '.join(tags)}" if tags else "without further tags"
