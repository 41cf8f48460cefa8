"""Where imports of Java and Kotlin lead: to packages, whatever folder they lie in, and to types and their members.

Sources: the Java Language Specification (7.5, "Import Declarations"; 6.7, "Fully Qualified Names and Canonical Names"),
the Kotlin specification ("Packages and imports"). What lies in archives on the class path is not of the workspace.
"""

from __future__ import annotations

from typing import Any

from sightline.languages.import_rules import MOST_PARTS, ImportCandidates, ImportRequest, ImportRules

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


JVM_IMPORTS = ImportRules(
    candidates=_candidates,
    base=lambda path, layout: "",  # noqa: ARG005  a package means the same to every file
    is_builtin=_is_builtin,
    own_namespace=True,
)
