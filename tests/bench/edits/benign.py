"""Benign mutations: edits that change or move much and break nothing, chosen from the same seed as the breaking ones.

As with those, pyright has the last word: a candidate with a new error is dropped.
"""

from __future__ import annotations

import ast
import random
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from mutations import MAXIMUM_MENTIONS, Mutation, is_dunder, is_property, joined, moved_block, without
from ruff import find_ruff_bin
from sources import CodeBase, FunctionNode, ParsedFile, Site

Maker = Callable[[CodeBase, Site, random.Random], dict[str, bytes] | None]


def benign_candidates(code: CodeBase, kind: str, seed: int) -> Iterator[Mutation]:
    """Candidates of one kind in a seeded order. Each site appears once."""
    choice = random.Random(f"{seed}/{code.name}/{kind}")
    sites = [site for site in code.sites if site.alone]
    choice.shuffle(sites)
    for site in sites:
        files = BENIGN[kind](code, site, choice)
        if not files or any(not _parses(data) for data in files.values()):
            continue
        if all(code.texts.get(path) == data for path, data in files.items()):
            continue
        mentions = code.mentions(site.name) - set(files)
        if len(mentions) + len(files) <= MAXIMUM_MENTIONS:
            yield Mutation(
                identifier=f"{code.name}/{kind}/{site.qualified_name}",
                kind=kind,
                breaking=False,
                target=site.qualified_name,
                names=(site.name,),
                files=files,
                mentions=frozenset(mentions),
            )


def body(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """A statement more at the start of a function."""
    if not isinstance(site.node, FunctionNode):
        return None
    statement = choice.choice(("_started = None", "assert True", "_steps = [step for step in range(3)]"))
    return _before_body(site, site.node, statement)


def docstring(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """Another docstring, or a first one."""
    node, file = site.node, site.file
    text = f'"""What {site.name} is for, said anew."""'
    first = node.body[0]
    if ast.get_docstring(node) is None:
        return _before_body(site, node, text)
    return {file.path: file.replaced((file.start(first), file.end(first), text.encode()))}


def optional_parameter(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """One more parameter with a default after all others that may be given by position."""
    node, file = site.node, site.file
    if not isinstance(node, FunctionNode) or is_property(node) or node.args.vararg or not node.args.args:
        return None
    last = node.args.defaults[-1] if node.args.defaults else node.args.args[-1]
    at = file.end(last)
    return {file.path: file.replaced((at, at, b", verbose_log=None"))}


def private_rename(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """A private helper renamed together with all its uses, which are in one file."""
    if not site.name.startswith("_") or is_dunder(site.name) or code.mentions(site.name) != {site.file.path}:
        return None
    return {site.file.path: _respelled(site.file.data, site.name, f"{site.name}_inner")}


def reformat(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """The whole file in another line length."""
    length = choice.choice((50, 60, 110, 140))
    command = (find_ruff_bin(), "format", "--isolated", "--line-length", str(length), "--stdin-filename", "a.py", "-")
    done = subprocess.run(command, input=site.file.data, capture_output=True, check=False)
    return {site.file.path: done.stdout} if done.returncode == 0 else None


def new_function(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """A new function at the end of the file that hands on an old one."""
    if site.owner is not None:
        return None
    text = f'\n\ndef describe_{site.name.strip("_").lower()}():\n    return {site.name}, "{site.name}"\n'
    return {site.file.path: site.file.data.rstrip(b"\n") + b"\n" + text.encode()}


def rename_everywhere(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """A name that is defined once, respelled in every file that has it."""
    defined = rf"(?:def|class)\s+{site.name}\b|\b{site.name}\s*[:=]".encode()
    files = code.mentions(site.name)
    if is_dunder(site.name) or len(files) > 40 or len(files) < 2 or len(site.name) < 6:
        return None
    if sum(len(re.findall(defined, code.texts[path])) for path in files) != 1:
        return None
    return {path: _respelled(code.texts[path], site.name, f"{site.name}_x") for path in sorted(files)}


def parameter_everywhere(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """A new first parameter of a function, and every call handing it ``None``: a correct change over several files."""
    node, file = site.node, site.file
    if site.owner is not None or not isinstance(node, FunctionNode) or node.decorator_list:
        return None
    files = code.mentions(site.name)
    if code.count(site.name) < 2 or len(files) > 40 or node.args.posonlyargs:
        return None
    changed: dict[str, bytes] = {}
    for path in sorted(files):
        result = _with_first_argument(ParsedFile(path, code.texts[path]), site.name)
        if result is None:
            return None
        changed[path] = result
    return changed if file.path in changed else None


def move_with_reexport(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """A definition moves to a new module of its package; the old module imports it back."""
    folder = PurePosixPath(site.file.path).parent
    if site.owner is not None or f"{folder}/__init__.py" not in code.texts:
        return None
    target = f"{folder}/moved_{site.name.strip('_').lower()}.py"
    start, end = site.file.whole_lines(site.node)
    back = f"from .moved_{site.name.strip('_').lower()} import {site.name}  # noqa\n".encode()
    return {site.file.path: site.file.replaced((start, end, back)), target: joined(b"", moved_block(site))}


def remove_unused(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """A definition that nothing else mentions goes away."""
    if is_dunder(site.name) or code.count(site.name) != 1 or (site.owner is None and site.node.decorator_list):
        return None
    return {site.file.path: without(site)}


def swap_definitions(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """A method and the one after it change places."""
    siblings, file = site.siblings, site.file
    index = siblings.index(site.node)
    if site.owner is None or index + 1 >= len(siblings):
        return None
    other = siblings[index + 1]
    if not isinstance(other, FunctionNode) or is_property(other):
        return None
    (a, b), (c, d) = file.whole_lines(site.node), file.whole_lines(other)
    return {file.path: file.replaced((a, b, file.data[c:d]), (c, d, file.data[a:b]))} if b <= c else None


def parameter_rename(code: CodeBase, site: Site, choice: random.Random) -> dict[str, bytes] | None:
    """A parameter that nobody gives by keyword gets another name."""
    node, file = site.node, site.file
    if not isinstance(node, FunctionNode) or site.owner is not None or is_property(node):
        return None
    start, end = file.start(node), file.end(node)
    source = file.data[start:end]
    for argument in node.args.args:
        name = argument.arg
        words = rf"(?<![\w.]){name}\b".encode()
        if len(name) < 3 or re.search(rf"\b{name}\s*=|[\"'].*\b{name}\b".encode(), source):
            continue
        if any(re.search(rf"\b{name}\s*=".encode(), code.texts[path]) for path in code.mentions(site.name)):
            continue
        return {file.path: file.replaced((start, end, re.sub(words, f"{name}_given".encode(), source)))}
    return None


#: The kinds of benign mutations by their stable names.
BENIGN: dict[str, Maker] = {
    "body": body,
    "docstring": docstring,
    "optional_parameter": optional_parameter,
    "private_rename": private_rename,
    "reformat": reformat,
    "new_function": new_function,
    "rename_everywhere": rename_everywhere,
    "parameter_everywhere": parameter_everywhere,
    "move_with_reexport": move_with_reexport,
    "remove_unused": remove_unused,
    "swap_definitions": swap_definitions,
    "parameter_rename": parameter_rename,
}


def _before_body(site: Site, node: ast.stmt, statement: str) -> dict[str, bytes] | None:
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    first, file = node.body[0], site.file
    if first.lineno == node.lineno:
        return None
    if ast.get_docstring(node) is not None:
        if len(node.body) == 1:
            return None
        first = node.body[1]
    line = min([first.lineno, *(item.lineno for item in getattr(first, "decorator_list", []))])
    at = file.line_start(line)
    return {file.path: file.replaced((at, at, b" " * first.col_offset + statement.encode() + b"\n"))}


def _respelled(data: bytes, old: str, new: str) -> bytes:
    return re.sub(rf"\b{old}\b".encode(), new.encode(), data)


def _with_first_argument(file: ParsedFile, name: str) -> bytes | None:
    """The file with ``None`` handed to every plain call of ``name``; ``None`` if it is used in any other way."""
    edits: list[tuple[int, int, bytes]] = []
    allowed = 0
    for node in ast.walk(file.tree):
        if isinstance(node, FunctionNode) and node.name == name:
            at = file.data.index(b"(", file.name_start(node)) + 1
            comma = b", " if node.args.args or node.args.vararg or node.args.kwonlyargs or node.args.kwarg else b""
            edits.append((at, at, b"reason_given" + comma))
            allowed += 1
        elif isinstance(node, ast.Call) and _spelled(node.func) == name:
            at = file.data.index(b"(", file.end(node.func)) + 1
            edits.append((at, at, b"None, " if node.args or node.keywords else b"None"))
            allowed += 1
        elif isinstance(node, ast.ImportFrom):
            allowed += sum(alias.name == name and alias.asname is None for alias in node.names)
    words = len(re.findall(rf"\b{name}\b".encode(), file.data))
    return file.replaced(*edits) if words == allowed else None


def _spelled(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _parses(data: bytes) -> bool:
    try:
        ast.parse(data)
    except SyntaxError:
        return False
    return True
