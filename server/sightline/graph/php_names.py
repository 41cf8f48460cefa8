"""PHP's rules for names: ``$this``, ``self`` and ``parent``, qualified names, nullable and union types."""

from __future__ import annotations

import re

from sightline.graph.common_names import NameRules, common_rules
from sightline.languages.php_imports import GLOBAL_SPACE

_NAME = re.compile(r"\\?[A-Za-z_\x80-\U0010ffff][\w\\]*")
#: Written types that no class stands for.
_PLAIN = frozenset(
    [
        "array",
        "bool",
        "callable",
        "false",
        "float",
        "int",
        "iterable",
        "mixed",
        "never",
        "null",
        "object",
        "resource",
        "string",
        "true",
        "void",
    ]
)


def php_type(text: str) -> str:
    """The dotted name of the one class in a written type; names from the root begin with a backslash.

    >>> php_type("?A\\\\Cart"), php_type("Cart|null"), php_type("int"), php_type("A|B"), php_type("\\\\A\\\\Cart")
    ('A.Cart', 'Cart', '', '', '\\\\A.Cart')
    """
    found = [name for name in _NAME.findall(text) if name.lower() not in _PLAIN]
    if len(found) != 1:
        return ""
    name = found[0]
    around, _, last = name.rpartition("\\")
    return f"{around or chr(92)}.{last}" if name.startswith("\\") else name.replace("\\", ".")


PHP_RULES = common_rules(
    NameRules(
        self_names=frozenset({"$this"}),
        super_names=frozenset({"parent"}),
        self_types=frozenset({"self", "static"}),
        separator="\\",
        type_name=php_type,
        constructors=frozenset({"__construct"}),
        nested_spaces=True,
        rooted="\\",
        root_space=GLOBAL_SPACE,
    )
)
