"""C#'s rules for names: namespaces around, implicit members, partial types, what a task or a nullable holds."""

from __future__ import annotations

import re

from sightline.graph.common_names import NameRules, common_rules, plain_type

_WRAPPER = re.compile(r"(?:System\.(?:Threading\.Tasks\.)?)?(?:Task|ValueTask|Lazy|Nullable)\s*<(.+)>\s*\??$", re.S)


def csharp_type(text: str) -> str:
    """The named type of a value: tasks and nullables opened, nothing for arrays and tuples.

    >>> csharp_type("Task<Shop.Cart?>"), csharp_type("Cart[]"), csharp_type("List<Cart>"), csharp_type("global::A.B")
    ('Shop.Cart', '', 'List', 'A.B')
    """
    text = text.strip().removeprefix("ref ").removeprefix("readonly ").removeprefix("global::")
    while match := _WRAPPER.match(text):
        text = match.group(1).strip()
    return "" if text.endswith("]") or text.startswith("(") else plain_type(text)


CSHARP_RULES = common_rules(
    NameRules(
        self_names=frozenset({"this"}),
        super_names=frozenset({"base"}),
        implicit_members=True,
        types_apart=True,
        type_name=csharp_type,
        named_constructors=True,
        partial=True,
        nested_spaces=True,
        rooted="global",
    )
)
