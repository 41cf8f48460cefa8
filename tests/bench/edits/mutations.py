"""Breaking mutations: edits a careless model might make, chosen by ``ast`` and plain words from a seed.

A mutation is only a candidate here: whether it truly breaks something is for pyright to say (``truth.py``). The
benign ones are in ``benign.py``.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sources import CodeBase, DefinitionNode, FunctionNode, Site, bound_names

#: Names that are in more files than this are not mutated: the errors would hide those of the others in the batch.
MAXIMUM_MENTIONS = 120

_RECEIVERS = frozenset({"self", "cls", "mcs"})


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One edit of a code base: ``files`` maps paths to their new content (new files among them).

    ``names`` are words that an error caused by the edit is bound to show; ``mentions`` the other files they occur in.
    """

    identifier: str
    kind: str
    breaking: bool
    target: str
    names: tuple[str, ...]
    files: Mapping[str, bytes]
    mentions: frozenset[str]


Maker = Callable[[CodeBase, Site, random.Random], dict[str, bytes] | None]


def breaking_candidates(code: CodeBase, kind: str, seed: int) -> Iterator[Mutation]:
    """Candidates of one kind in a seeded order. Each site appears once."""
    choice = random.Random(f"{seed}/{code.name}/{kind}")
    sites = [site for site in code.sites if _is_used(code, site)]
    choice.shuffle(sites)
    for site in sites:
        files = BREAKING[kind](code, site, choice)
        if files is None or any(not _parses(data) for data in files.values()):
            continue
        names, users = _names(code, site, kind)
        mentions = code.mentions(*users) - set(files)
        if len(mentions) <= MAXIMUM_MENTIONS:
            yield Mutation(
                identifier=f"{code.name}/{kind}/{site.qualified_name}",
                kind=kind,
                breaking=True,
                target=site.qualified_name,
                names=names,
                files=files,
                mentions=frozenset(mentions),
            )


def rename(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """A new name for the definition alone; every use keeps the old one."""
    if is_dunder(site.name):
        return None
    new = choice.choice((f"{site.name}_v2", f"new_{site.name.lstrip('_')}", f"{site.name}_renamed"))
    start = site.file.name_start(site.node)
    return {site.file.path: site.file.replaced((start, start + len(site.name.encode()), new.encode()))}


def remove(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """The definition is gone; every use stays."""
    return None if is_dunder(site.name) else {site.file.path: without(site)}


def required_parameter(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """One more parameter without a default, by position or by keyword."""
    node = _callable_of(site)
    if node is None or node.args.posonlyargs:
        return None
    file, arguments, added = site.file, node.args, new_parameter(site)
    if choice.random() < 0.3 and (place := _keyword_only_place(site, node)):
        return {file.path: file.replaced(place)}
    plain = arguments.args[: len(arguments.args) - len(arguments.defaults)]
    if plain:
        at = file.end(plain[-1])
        return {file.path: file.replaced((at, at, f", {added}".encode()))}
    at = file.data.index(b"(", file.name_start(node)) + 1
    nothing = not (arguments.args or arguments.vararg or arguments.kwonlyargs or arguments.kwarg)
    return {file.path: file.replaced((at, at, f"{added}{'' if nothing else ', '}".encode()))}


def reorder(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """Two parameters that may be given by position change places."""
    node = _callable_of(site)
    if node is None or node.args.posonlyargs:
        return None
    arguments = node.args
    required = len(arguments.args) - len(arguments.defaults)
    first = 1 if arguments.args and arguments.args[0].arg in _RECEIVERS else 0
    pairs = [
        (left, right)
        for low, high in ((first, required), (max(first, required), len(arguments.args)))
        for left in range(low, high)
        for right in range(left + 1, high)
    ]
    if not pairs:
        return None
    left, right = choice.choice(pairs)
    return {site.file.path: site.file.replaced(*_swap(site, node, left, right))}


def move(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """The definition goes to another module of its package, with the imports it needs; nobody is told."""
    package = PurePosixPath(site.file.path).parent
    if site.owner is not None or f"{package}/__init__.py" not in code.texts:
        return None
    others = [
        path
        for path in code.parsed
        if PurePosixPath(path).parent == package and path != site.file.path and not path.endswith("__init__.py")
    ]
    target = choice.choice([*others, f"{package}/relocated.py"] if others else [f"{package}/relocated.py"])
    present = code.texts.get(target, b"")
    if present and site.name in {name for statement in ast.parse(present).body for name in bound_names(statement)}:
        return None
    return {site.file.path: without(site), target: joined(present, moved_block(site))}


#: The kinds of breaking mutations by their stable names.
BREAKING: dict[str, Maker] = {
    "rename": rename,
    "remove": remove,
    "required_parameter": required_parameter,
    "reorder": reorder,
    "move": move,
}


def without(site: Site) -> bytes:
    """The file without the definition; ``pass`` stands in where nothing else would be left."""
    start, end = site.file.whole_lines(site.node)
    lonely = len(site.siblings) == 1
    filler = b" " * site.node.col_offset + b"pass\n" if lonely else b""
    return site.file.replaced((start, end, filler))


def moved_block(site: Site) -> bytes:
    """The source of a module-level definition, after imports of everything it takes from its old module."""
    file, node = site.file, site.node
    needed = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - {site.name}
    lines: list[str] = []
    kept: list[str] = []
    for statement in _bindings(file.tree.body):
        names = needed & set(bound_names(statement))
        if not names:
            continue
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            lines.append(ast.unparse(statement))
        else:
            kept += sorted(names)
    if kept:
        stem = PurePosixPath(file.path).stem
        lines.append(f"from .{'' if stem == '__init__' else stem} import {', '.join(dict.fromkeys(kept))}")
    start, end = file.whole_lines(node)
    return "".join(f"{line}\n" for line in lines).encode() + b"\n\n" + file.data[start:end]


def joined(present: bytes, block: bytes) -> bytes:
    """``block`` at the end of a module, or as a module of its own (with postponed annotations, which are harmless)."""
    if not present:
        return b"from __future__ import annotations\n\n" + block
    return present.rstrip(b"\n") + b"\n\n\n" + block


def new_parameter(site: Site) -> str:
    """Name of the parameter that is added: one that no other mutation uses."""
    return f"audit_{site.name.strip('_').lower()}"


def is_dunder(name: str) -> bool:
    """Whether the language itself calls the name."""
    return name.startswith("__") and name.endswith("__")


def is_property(node: DefinitionNode) -> bool:
    """Whether any decorator may turn the definition into something that is not called with its parameters."""
    harmless = {"staticmethod", "classmethod", "abstractmethod"}
    return any(ast.unparse(decorator).rpartition(".")[2] not in harmless for decorator in node.decorator_list)


def _bindings(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, (ast.If, ast.Try)):
            yield from _bindings([child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt)])
        elif not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            yield statement


def _is_used(code: CodeBase, site: Site) -> bool:
    return site.alone and (is_dunder(site.name) or code.count(site.name) > 1)


def _callable_of(site: Site) -> FunctionNode | None:
    """The function whose parameters a call of the site meets: itself, or the class's own ``__init__``."""
    node = site.node
    if isinstance(node, ast.ClassDef):
        found = [item for item in node.body if isinstance(item, FunctionNode) and item.name == "__init__"]
        return found[0] if len(found) == 1 else None
    return None if is_property(node) or is_dunder(node.name) else node


def _names(code: CodeBase, site: Site, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words that errors show, and words that users of the definition write."""
    if kind not in ("required_parameter", "reorder"):
        return (site.name,), (site.name,)
    if isinstance(site.node, ast.ClassDef):
        heirs = code.heirs(site.name)
        return (site.name, new_parameter(site), *heirs), (site.name, *heirs)
    return (site.name, new_parameter(site)), (site.name,)


def _keyword_only_place(site: Site, node: FunctionNode) -> tuple[int, int, bytes] | None:
    file, arguments = site.file, node.args
    if arguments.kwonlyargs:
        at = file.start(arguments.kwonlyargs[0])
        return at, at, f"{new_parameter(site)}, ".encode()
    if arguments.vararg or arguments.kwarg or not arguments.args:
        return None
    last = arguments.defaults[-1] if arguments.defaults else arguments.args[-1]
    at = file.end(last)
    return at, at, f", *, {new_parameter(site)}".encode()


def _swap(site: Site, node: FunctionNode, left: int, right: int) -> list[tuple[int, int, bytes]]:
    file, arguments = site.file, node.args
    required = len(arguments.args) - len(arguments.defaults)

    def span(index: int) -> tuple[int, int]:
        argument = arguments.args[index]
        last = arguments.defaults[index - required] if index >= required else argument
        return file.start(argument), file.end(last)

    (a, b), (c, d) = span(left), span(right)
    return [(a, b, file.data[c:d]), (c, d, file.data[a:b])]


def _parses(data: bytes) -> bool:
    try:
        ast.parse(data)
    except SyntaxError:
        return False
    return True
