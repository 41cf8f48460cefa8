"""Bash's dialect: functions, variables of the script, sourced files, commands as uses of functions.

Source: the Bash Reference Manual ("Shell Functions", "Shell Parameters", "Bash Builtin Commands").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from sightline.graph.dialect import Dialect, Parts, Use
from sightline.graph.dialect_nodes import leaf
from sightline.graph.extract_text import ParsedText, field_of
from sightline.graph.facts import DefinitionKind, ParameterKind, ReferenceKind
from sightline.graph.raw_facts import REFERENCE_CODE, ImportRow

_CALL, _READ = REFERENCE_CODE[ReferenceKind.CALL], REFERENCE_CODE[ReferenceKind.READ]
#: Builtins and words that the grammar takes for commands, and what nearly every script runs.
_BUILTINS = frozenset(
    b". : [ [[ alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown "
    b"echo enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile "
    b"popd printf pushd pwd read readarray readonly return set shift shopt source suspend test times trap true "
    b"type typeset ulimit umask unalias unset wait { } @test awk basename cat chmod cp cut date dirname env find "
    b"grep head ln ls mkdir mktemp mv ps rm rmdir sed sleep sort tail tar tee touch tr uname uniq wc which "
    b"xargs".split()
)
#: Parameters that the shell itself sets.
_SHELL = frozenset(
    b"0 1 2 3 4 5 6 7 8 9 _ BASH BASHPID BASH_ARGV BASH_ARGC BASH_COMMAND BASH_ENV BASH_LINENO BASH_REMATCH "
    b"BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO BASH_VERSION COLUMNS EUID FUNCNAME GROUPS HOME HOSTNAME HOSTTYPE IFS "
    b"LANG LC_ALL LINENO LINES MACHTYPE OLDPWD OPTARG OPTERR OPTIND OSTYPE PATH PIPESTATUS PPID PS1 PS2 PS3 PS4 "
    b"PWD RANDOM REPLY SECONDS SHELL SHELLOPTS SHLVL TERM TMPDIR UID USER".split()
)
_NAME = re.compile(rb"[A-Za-z_][\w:.+@-]*")
#: Blocks around a statement that are looked through for the function it stands in.
_MOST_AROUND = 40
_LITERAL = frozenset({"string_content", "word", "raw_string"})
_NAMING = frozenset({"word", "raw_string", "string", "variable_name"})
#: Commands that run the function named first among their arguments.
_RUNNERS = frozenset({b"run", b"trap", b"command", b"eval", b"exec", b"builtin", b"time", b"bats_pipe", b"retry"})


def _in_function(node: Node) -> bool:
    around = node.parent
    for _ in range(_MOST_AROUND):
        if around is None:
            return False
        if around.type == "function_definition":
            return True
        around = around.parent
    return True


def _names_functions(node: Node, data: bytes) -> bool:
    """Whether a declaration speaks of functions: ``export -f name``."""
    around = node.parent
    options = around.named_children if around is not None and around.type == "declaration_command" else ()
    return any(data[each.start_byte : each.end_byte] in (b"-f", b"-F") for each in options)


def _define(node: Node, data: bytes) -> Iterator[Parts]:
    name = node if node.type == "variable_name" else field_of(node, "name")
    if name is None or name.start_byte == name.end_byte:
        return
    if node.type == "function_definition":
        body = field_of(node, "body")
        yield Parts(
            kind=DefinitionKind.FUNCTION.value,
            start=node.start_byte,
            end=node.end_byte,
            name=name.byte_range,
            body=body.start_byte if body is not None else node.end_byte,
            parameters=(("@", ParameterKind.VARIADIC.value, False, ""),),
        )
    elif name.type == "variable_name" and not _in_function(node) and not _names_functions(node, data):
        yield leaf(DefinitionKind.VARIABLE, node, name)


def _command_name(node: Node, data: bytes) -> bytes:
    name = field_of(node, "name")
    return data[name.start_byte : name.end_byte] if name is not None else b""


def _uses(text: ParsedText) -> Iterator[Use]:
    """Commands may be functions; so may the words that ``run``, ``trap`` and ``export -f`` are given."""
    data = text.data
    for word in text.nodes("command.name"):
        name = data[word.start_byte : word.end_byte]
        if name not in _BUILTINS and _NAME.fullmatch(name):
            yield Use(word.start_byte, word.end_byte, _CALL, b"")
    for command in text.nodes("command"):
        if _command_name(command, data) in _RUNNERS:
            words = (each for each in command.children_by_field_name("argument") if not _is_option(each, data))
            yield from _functions_named([*words][:1], data, _CALL)
    for declaration in text.nodes("command.declaration"):
        children = declaration.named_children
        if children and _names_functions(children[0], data):
            yield from _functions_named(children, data, _READ)


def _is_option(node: Node, data: bytes) -> bool:
    return data[node.start_byte : node.start_byte + 1] in (b"-", b"!")


def _functions_named(words: Iterable[Node], data: bytes, kind: int) -> Iterator[Use]:
    for word in words:
        start, end = word.byte_range
        if word.type in ("raw_string", "string") and end - start > 2:
            start, end = start + 1, end - 1
        name = data[start:end]
        if word.type in _NAMING and name not in _BUILTINS and _NAME.fullmatch(name):
            yield Use(start, end, kind, b"")


def _imports(text: ParsedText) -> Iterator[ImportRow]:
    data = text.data
    for command in text.nodes("command"):
        name = _command_name(command, data)
        if name not in (b"source", b".", b"load"):
            continue
        argument = next(iter(command.children_by_field_name("argument")), None)
        if argument is None:
            continue
        module, computed = _path_of(argument, data)
        if module and (name != b"load" or not computed):
            start, end = command.byte_range
            yield ImportRow(module, (("*", "*", start, end),), start, end, level=1, dynamic=computed or name == b"load")


def _path_of(argument: Node, data: bytes) -> tuple[str, bool]:
    """The literal end of a path, and whether something that is only known at run time comes before it."""
    written = data[argument.start_byte : argument.end_byte]
    if len(written) > 1000:
        return "", True
    if argument.type in ("word", "raw_string"):
        module = written.strip(b"'")
        return module.decode("utf-8", "replace"), False
    pieces = argument.named_children if argument.type == "concatenation" else [argument]
    parts = [each for piece in pieces for each in (piece.named_children if piece.type == "string" else (piece,))]
    if not parts or parts[-1].type not in _LITERAL:
        return "", True
    if len(parts) == 1:
        return data[parts[0].start_byte : parts[0].end_byte].decode("utf-8", "replace"), False
    computed = len(parts) > 1
    if any(each.type not in _LITERAL for each in parts[1:]):
        return "", True
    tail = b"".join(data[each.start_byte : each.end_byte].strip(b"'") for each in parts[1:])
    return tail.decode("utf-8", "replace").lstrip("/"), computed


BASH_DIALECT = Dialect(define=_define, imports=_imports, uses=_uses, foreign=_SHELL)
