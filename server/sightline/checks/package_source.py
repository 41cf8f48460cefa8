"""One module of an installed package as text: its classes with their members, and what its names stand for."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sightline.checks.bindings import bound_names
from sightline.checks.signature import Parameters
from sightline.graph.facts import Parameter, ParameterKind

_DYNAMIC = frozenset({"__getattr__", "__getattribute__"})
#: Bases that add no members.
_BARE = frozenset({"object", "Generic", "Protocol", "ABC"})
#: Metaclasses that give their classes no members.
_PLAIN_METACLASSES = frozenset({"ABCMeta", "type"})

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageModule:
    """A module: how often it binds each name, its classes, and the full names that other names of it stand for.

    ``functions``: what its functions take that no decorator changes.
    """

    name: str
    bound: Mapping[str, int]
    classes: Mapping[str, PackageClass]
    targets: Mapping[str, str]
    functions: Mapping[str, Parameters] = field(default_factory=dict[str, Parameters])


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageClass:
    """A class: ``members`` includes attributes of ``self``; ``methods`` holds undecorated ones that are bound once.

    ``is_dynamic``: it may have members that its source does not show.
    """

    name: str
    module: PackageModule
    bases: tuple[str, ...]
    members: frozenset[str]
    methods: Mapping[str, Parameters]
    is_dynamic: bool = False


@lru_cache(maxsize=256)
def read_module(source: bytes, name: str, *, is_package: bool) -> PackageModule | None:
    """What a module's source shows; ``None`` if it does not parse."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    package = name if is_package else name.rpartition(".")[0]
    bound: Counter[str] = Counter()
    targets: dict[str, str] = {}
    nodes: list[ast.ClassDef] = []
    functions: dict[str, Parameters] = {}
    for statement, hidden in _statements(tree.body):
        if hidden:
            continue
        bound.update(bound_names(ast.Module(body=[statement], type_ignores=[])))
        targets |= _targets(statement, package, name)
        if isinstance(statement, ast.ClassDef):
            nodes.append(statement)
        elif isinstance(statement, _Function) and not statement.decorator_list:
            functions[statement.name] = _parameters(statement.args)
    changed = _changed_later(tree)
    classes: dict[str, PackageClass] = {}
    module = PackageModule(name=name, bound=bound, classes=classes, targets=targets, functions=functions)
    classes |= {node.name: _class(module, node, is_changed=node.name in changed) for node in nodes}
    return module


def _statements(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, bool]]:
    """The statements of a module, those in ``if`` and ``try`` too; and whether only type checkers see them."""
    for statement in body:
        if isinstance(statement, ast.If):
            for_types = ast.unparse(statement.test).rpartition(".")[2] == "TYPE_CHECKING"
            yield from ((each, hidden or for_types) for each, hidden in _statements(statement.body))
            yield from _statements(statement.orelse)
        elif isinstance(statement, ast.Try):
            handlers = [each for handler in statement.handlers for each in handler.body]
            yield from _statements([*statement.body, *handlers, *statement.orelse, *statement.finalbody])
        else:
            yield statement, False


def _targets(statement: ast.stmt, package: str, own: str) -> dict[str, str]:
    """The full names that an import or a plain assignment gives to names."""
    match statement:
        case ast.Import(names=names):
            return {each.asname or each.name.partition(".")[0]: _imported(each) for each in names}
        case ast.ImportFrom(module=module, names=names, level=level):
            start = _absolute(package, module or "", level)
            return {each.asname or each.name: f"{start}.{each.name}" for each in names if start}
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() | ast.Attribute() as value):
            return {name: f"{own}.{ast.unparse(value)}"}
        case _:
            return {}


def _imported(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]


def _absolute(package: str, module: str, level: int) -> str:
    if not level:
        return module
    parts = package.split(".")
    start = ".".join(parts[: len(parts) - level + 1])
    return f"{start}.{module}" if start and module else start


def _changed_later(tree: ast.Module) -> set[str]:
    """Classes that the module gives members from outside their body, or takes some away."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr"):
            found.update(each.id for each in node.args[:1] if isinstance(each, ast.Name))
    return found


def _class(module: PackageModule, node: ast.ClassDef, *, is_changed: bool) -> PackageClass:
    counted = Counter(bound_names(ast.Module(body=node.body, type_ignores=[])))
    functions = [each for each in node.body if isinstance(each, _Function)]
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    plain = [ast.unparse(base) for base in bases if isinstance(base, ast.Name | ast.Attribute)]
    members = frozenset((*counted, *(name for each in functions for name in _own_attributes(each))))
    made = (ast.unparse(each.value).rpartition(".")[2] for each in node.keywords if each.arg in (None, "metaclass"))
    is_made = any(name not in _PLAIN_METACLASSES for name in made)
    return PackageClass(
        name=node.name,
        module=module,
        bases=tuple(base for base in plain if base.rpartition(".")[2] not in _BARE),
        members=members,
        methods={
            each.name: _parameters(each.args)
            for each in functions
            if counted[each.name] == 1 and not each.decorator_list
        },
        is_dynamic=is_changed or is_made or len(plain) < len(bases) or bool(_DYNAMIC & members),
    )


def _own_attributes(function: _Function) -> Iterator[str]:
    """Names assigned on the first parameter."""
    first = next(iter((*function.args.posonlyargs, *function.args.args)), None)
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Store()) if first and name == first.arg:
                yield attribute
            case _:
                pass


def _parameters(given: ast.arguments) -> Parameters:
    positional = [*given.posonlyargs, *given.args]
    without = len(positional) - len(given.defaults)
    found: list[Parameter] = []
    for at, argument in enumerate(positional):
        only = at < len(given.posonlyargs)
        kind = ParameterKind.POSITIONAL_ONLY if only else ParameterKind.POSITIONAL
        found.append(Parameter(name=argument.arg, kind=kind, has_default=at >= without))
    if given.vararg:
        found.append(Parameter(name=given.vararg.arg, kind=ParameterKind.VARIADIC))
    for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        found.append(Parameter(name=argument.arg, kind=ParameterKind.KEYWORD_ONLY, has_default=default is not None))
    if given.kwarg:
        found.append(Parameter(name=given.kwarg.arg, kind=ParameterKind.VARIADIC_KEYWORD))
    return tuple(found)
