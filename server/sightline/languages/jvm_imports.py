"""Where imports of Java and Kotlin lead: to packages, whatever folder they lie in, and to types and their members.

Sources: the Java Language Specification (7.5, "Import Declarations"; 6.7, "Fully Qualified Names and Canonical Names"),
the Kotlin specification ("Packages and imports"). What lies in archives on the class path is not of the workspace.
"""

from __future__ import annotations

from typing import Any

from sightline.languages.import_rules import MOST_PARTS, ImportCandidates, ImportRequest, ImportRules

_NUMBERS = ("Byte", "Double", "Float", "Int", "Long", "Short", "UByte", "UInt", "ULong", "UShort")
_PRIMITIVES = ("Boolean", "Char", *_NUMBERS)
#: Types of which no other type is a part.
_FINAL = frozenset((*_PRIMITIVES, *(f"{each}Array" for each in _PRIMITIVES), "String", "Unit"))
_KINDS = ("Collection", "Iterable", "Iterator", "List", "Map", "Set")
_CLASSES = ("ArrayDeque", "ArrayList", "HashMap", "HashSet", "LinkedHashMap", "LinkedHashSet", "TreeMap", "TreeSet")
_COLLECTIONS = frozenset((*_KINDS, *(f"Mutable{each}" for each in _KINDS), *_CLASSES, "Sequence"))
_OPEN = frozenset({"Any", "CharSequence", "Comparable"})
_PLATFORM = ("java", "javax", "jdk", "kotlin", "android", "dalvik")


def _candidates(
    importer: str,  # noqa: ARG001  the rules' signature
    request: ImportRequest,
    layout: Any,  # noqa: ARG001  the rules' signature
) -> tuple[ImportCandidates, ...]:
    """The package of that name; else a type of the package around, or one in which the type lies."""
    found = [ImportCandidates(namespace=request.module)]
    package, _, name = request.module.rpartition(".")
    while package and len(found) < MOST_PARTS:
        found.append(ImportCandidates(namespace=package, name=name))
        package, _, name = package.rpartition(".")
    return tuple(found)


def _is_builtin(module: str) -> bool:
    return module.partition(".")[0] in _PLATFORM


def _plain(written: str) -> str:
    """The name of a written type, without what stands around it."""
    return written.partition("<")[0].rpartition(".")[2].strip(" ?!")


def are_apart(written: str, other: str) -> bool:
    """Whether a value of a written type is surely none of another, by the types of the platform that nobody extends.

    >>> are_apart("Cart", "String"), are_apart("List<Cart>", "Iterable<T>"), are_apart("Cart", "Sink")
    (True, False, False)
    """
    one, two = _plain(written), _plain(other)
    if one == two or len(two) == 1 or two in _OPEN:  # a type parameter, by the custom of one letter
        return False
    if one in _COLLECTIONS or two in _COLLECTIONS:
        return not (one in _COLLECTIONS and two in _COLLECTIONS)
    return one in _FINAL or two in _FINAL


JVM_IMPORTS = ImportRules(
    candidates=_candidates,
    base=lambda path, layout: "",  # noqa: ARG005  a package means the same to every file
    is_builtin=_is_builtin,
    own_namespace=True,
    kinds_apart=True,
    members_alone=True,
    apart=are_apart,
    same=lambda written, other: _plain(written) == _plain(other),
)
