"""Which statements of a text an edit touched, by the trees before and after it.

It knows of a syntax only where statements lie in one another: in classes.
"""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node, Tree

from sightline.graph.extract_text import Span2, field_of

_CLASSES = frozenset(("class_definition", "class_declaration", "abstract_class_declaration"))
_WRAPPERS = {"decorated_definition": "definition", "export_statement": "declaration"}


@dataclass(frozen=True, slots=True)
class Run:
    """A run of whole statements, as byte offsets of the old and the new text, inside ``depth`` classes.

    ``parameters`` are the names of those classes' type parameters.
    """

    start: int
    old_end: int
    new_end: int
    depth: int
    parameters: frozenset[bytes]

    @property
    def delta(self) -> int:
        """How far everything behind the run moves."""
        return self.new_end - self.old_end


def touched_run(old: Tree, edited: Tree, new: Tree, old_edit: Span2, length: int) -> Run | None:
    """The statements an edit touched, in both trees; ``None`` when the trees do not agree on what is around them.

    ``edited`` is the old tree with the edit applied to its offsets.
    """
    if "ERROR" in (old.root_node.type, new.root_node.type):
        return None
    delta = length - (old_edit[1] - old_edit[0])
    low, high = old_edit[0], old_edit[0] + length
    for changed in edited.changed_ranges(new):
        low, high = min(low, changed.start_byte), max(high, changed.end_byte)
    before, after = _run_in(old, low, high - delta), _run_in(new, low, high)
    depth = _common(before.around, after.around)
    if depth < max(len(before.around), len(after.around)):  # a class ends elsewhere now: what is around it is read
        before, after = _run_in(old, low, high - delta, depth), _run_in(new, low, high, depth)
        if before.around != after.around:
            return None
    start, end = min(before.start, after.start), max(after.end, before.end + delta)
    while (wider := _widened(after.level, *_widened(before.level, start, end, delta), 0)) != (start, end):
        start, end = wider
    return Run(start, end - delta, end, len(after.around), after.parameters)


def _common(left: tuple[int, ...], right: tuple[int, ...]) -> int:
    """How many classes two places are both in."""
    shared = min(len(left), len(right))
    return next((at for at in range(shared) if left[at] != right[at]), shared)


def _widened(level: Node, start: int, end: int, delta: int) -> Span2:
    """``start..end`` of the new text and all of each statement that shares a byte with it.

    The statements lie in ``level``, whose offsets behind the run differ by ``delta``.
    """
    for each in _touching(level, start, end - delta):
        if each.start_byte < end - delta and each.end_byte > start:
            start, end = min(start, each.start_byte), max(end, each.end_byte + delta)
    return start, end


@dataclass(frozen=True, slots=True)
class _Touched:
    """Statements of one tree, what holds them, and the starts of the classes around them."""

    level: Node
    start: int
    end: int
    around: tuple[int, ...]
    parameters: frozenset[bytes]


def _run_in(tree: Tree, low: int, high: int, deepest: int | None = None) -> _Touched:
    """The statements that touch ``low..high``, in at most ``deepest`` classes."""
    level: Node = tree.root_node
    around: list[int] = []
    parameters: frozenset[bytes] = frozenset()
    while True:
        touching = _touching(level, low, high)
        inner = _class_in(touching[0]) if len(touching) == 1 and len(around) != deepest else None
        body = None if inner is None else field_of(inner, "body")
        if inner is None or body is None or body.start_byte >= low or high >= body.end_byte:
            break
        around.append(touching[0].start_byte)
        parameters |= _type_parameters(inner)
        level = body
    if not touching:
        return _Touched(level, low, high, tuple(around), parameters)
    first, last = touching[0], touching[-1]
    if level.type == "class_body":  # decorators are siblings of what they decorate
        while (before := first.prev_sibling) is not None and before.type == "decorator":
            first = before
        while last.type == "decorator" and (after := last.next_sibling) is not None:
            last = after
    return _Touched(level, min(low, first.start_byte), max(high, last.end_byte), tuple(around), parameters)


def _type_parameters(node: Node) -> frozenset[bytes]:
    """The names of a class's own type parameters (TypeScript: each a node with a name; Python: each a type)."""
    found: set[bytes] = set()
    listed = field_of(node, "type_parameters")
    for child in listed.named_children if listed is not None else ():
        named: Node | None = field_of(child, "name") or child
        while named is not None and named.type not in ("identifier", "type_identifier"):
            named = named.named_children[0] if named.named_child_count else None
        if named is not None:
            found.add(named.text or b"")
    return frozenset(found)


def _touching(level: Node, low: int, high: int) -> list[Node]:
    """The children of ``level`` that share a byte or an end with ``low..high``."""
    cursor = level.walk()
    if cursor.goto_first_child_for_byte(max(low - 1, 0)) is None:
        return []
    found: list[Node] = []
    node = cursor.node
    while node is not None and node.start_byte <= high:
        if node.end_byte >= low:
            found.append(node)
        if not cursor.goto_next_sibling():
            break
        node = cursor.node
    return found


def _class_in(statement: Node) -> Node | None:
    """The class that a statement declares, decorated or exported."""
    inner: Node | None = statement
    while inner is not None and inner.type in _WRAPPERS:
        inner = field_of(inner, _WRAPPERS[inner.type])
    return inner if inner is not None and inner.type in _CLASSES else None
