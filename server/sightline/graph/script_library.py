"""The containers of the language as types: what a member of one gives, in terms of what it holds.

Source: the declarations that come with TypeScript (``lib.es*.d.ts``), cut down to what leads from one value of the
workspace's own to another.
"""

from __future__ import annotations

from typing import Final

_LIST: Final = {
    "map": "<U>(f: (value: T, index: number, array: T[]) => U) => any[]",
    "filter": "(f: (value: T, index: number, array: T[]) => any) => T[]",
    "find": "(f: (value: T, index: number, array: T[]) => any) => T",
    "findLast": "(f: (value: T, index: number, array: T[]) => any) => T",
    "findIndex": "(f: (value: T, index: number, array: T[]) => any) => number",
    "forEach": "(f: (value: T, index: number, array: T[]) => any) => void",
    "some": "(f: (value: T, index: number, array: T[]) => any) => boolean",
    "every": "(f: (value: T, index: number, array: T[]) => any) => boolean",
    "flatMap": "(f: (value: T, index: number, array: T[]) => any) => any[]",
    "reduce": "(f: (before: any, value: T) => any, first: any) => any",
    "sort": "(f: (a: T, b: T) => number) => T[]",
    "toSorted": "(f: (a: T, b: T) => number) => T[]",
    "at": "(index: number) => T",
    "pop": "() => T",
    "shift": "() => T",
    "push": "(...items: T[]) => number",
    "unshift": "(...items: T[]) => number",
    "slice": "(start: number, end: number) => T[]",
    "splice": "(start: number, count: number, ...items: T[]) => T[]",
    "concat": "(...items: T[]) => T[]",
    "reverse": "() => T[]",
    "values": "() => T[]",
    "entries": "() => [number, T][]",
}
_MAP: Final = {
    "get": "(key: K) => V",
    "set": "(key: K, value: V) => Map<K, V>",
    "forEach": "(f: (value: V, key: K, map: Map<K, V>) => any) => void",
    "values": "() => V[]",
    "keys": "() => K[]",
    "entries": "() => [K, V][]",
}
_SET: Final = {
    "add": "(value: T) => Set<T>",
    "forEach": "(f: (value: T) => any) => void",
    "values": "() => T[]",
}

#: Type → its parameters, what an element of it is, and its members.
CONTAINERS: Final[dict[str, tuple[tuple[str, ...], str, dict[str, str]]]] = {
    "Array": (("T",), "T", _LIST),
    "ReadonlyArray": (("T",), "T", _LIST),
    "Set": (("T",), "T", _SET),
    "ReadonlySet": (("T",), "T", _SET),
    "WeakSet": (("T",), "T", _SET),
    "Iterable": (("T",), "T", {}),
    "IterableIterator": (("T",), "T", {}),
    "AsyncIterable": (("T",), "T", {}),
    "AsyncGenerator": (("T",), "T", {}),
    "Generator": (("T",), "T", {}),
    "Map": (("K", "V"), "[K, V]", _MAP),
    "ReadonlyMap": (("K", "V"), "[K, V]", _MAP),
    "WeakMap": (("K", "V"), "[K, V]", _MAP),
    "Record": (("K", "V"), "V", {}),
}
