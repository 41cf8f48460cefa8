"""Names that the language and its usual hosts provide (ECMAScript, TypeScript's utility types, Node and the DOM).

Only names that projects hardly ever declare for the whole program: what stands here gets no reference row in files that
do not bind it themselves.
"""

from __future__ import annotations

_NAMES = """
Array ArrayBuffer AsyncFunction AsyncGenerator AsyncIterable AsyncIterator Atomics BigInt BigInt64Array BigUint64Array
Boolean DataView Date Error EvalError Float32Array Float64Array Function Generator Infinity Int16Array Int32Array
Int8Array Intl Iterable IterableIterator Iterator JSON Map Math NaN Number Object Promise PromiseLike Proxy RangeError
ReadonlyArray ReadonlyMap ReadonlySet ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol SyntaxError
TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet
Awaited Capitalize ConstructorParameters Exclude Extract InstanceType Lowercase NonNullable Omit OmitThisParameter
Parameters Partial Pick Readonly Record Required ReturnType ThisParameterType ThisType Uncapitalize Uppercase
arguments console decodeURI decodeURIComponent encodeURI encodeURIComponent globalThis isFinite isNaN parseFloat
parseInt undefined clearInterval clearTimeout queueMicrotask setImmediate setInterval setTimeout structuredClone
Buffer NodeJS __dirname __filename exports module process require
document localStorage navigator sessionStorage window
"""

GLOBALS = frozenset(name.encode() for name in _NAMES.split())
