"""How many arguments functions and methods of the language and of browsers ask for, and what they give back.

Read from the declarations that come with TypeScript 5.9 (``lib.esnext.d.ts``, ``lib.dom.d.ts``): of several signatures
the one that asks for least. Members are given as ``name:least`` or ``name:least:result``, where the result is a type
that stands here too. A type is told by a dot before its name; the other rows are those of a global value, of functions
(``()``) and of classes (``new``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

_ROWS = """
.String charAt:1:String charCodeAt:1 concat:0:String indexOf:1 lastIndexOf:1 localeCompare:1 match:1 replace:2:String
  search:1 slice:0:String split:1:Array substring:1:String toLowerCase:0:String toLocaleLowerCase:0:String
  toUpperCase:0:String toLocaleUpperCase:0:String trim:0:String substr:1:String codePointAt:1 includes:1 endsWith:1
  normalize:0:String repeat:1:String startsWith:1 anchor:1:String big:0:String blink:0:String bold:0:String
  fixed:0:String fontcolor:1:String fontsize:1:String italics:0:String link:1:String small:0:String strike:0:String
  sub:0:String sup:0:String padStart:1:String padEnd:1:String trimEnd:0:String trimStart:0:String trimLeft:0:String
  trimRight:0:String matchAll:1 replaceAll:2:String at:1:String toWellFormed:0:String
.Number toFixed:0:String toExponential:0:String toPrecision:0:String
.Array concat:0:Array join:0:String reverse:0:Array slice:0:Array sort:0:Array splice:1:Array indexOf:1 lastIndexOf:1
  every:1 some:1 forEach:1 map:1:Array filter:1:Array reduce:1 reduceRight:1 find:1 findIndex:1 fill:1:Array
  copyWithin:2:Array includes:1 flatMap:1:Array flat:0:Array at:1 findLast:1 findLastIndex:1 toReversed:0:Array
  toSorted:0:Array toSpliced:1:Array with:2:Array
.Map delete:1 forEach:1 get:1 has:1 set:2:Map
.WeakMap delete:1 get:1 has:1 set:2:WeakMap
.Set add:1:Set delete:1 forEach:1 has:1 union:1:Set intersection:1:Set difference:1:Set symmetricDifference:1:Set
  isSubsetOf:1 isSupersetOf:1 isDisjointFrom:1
.WeakSet add:1:WeakSet delete:1 has:1
.RegExp exec:1 test:1 compile:1:RegExp
.Date toDateString:0:String toTimeString:0:String toLocaleDateString:0:String toLocaleTimeString:0:String setTime:1
  setMilliseconds:1 setUTCMilliseconds:1 setSeconds:1 setUTCSeconds:1 setMinutes:1 setUTCMinutes:1 setHours:1
  setUTCHours:1 setDate:1 setUTCDate:1 setMonth:1 setUTCMonth:1 setFullYear:1 setUTCFullYear:1 toUTCString:0:String
  toISOString:0:String toJSON:0:String
.DataView getFloat32:1 getFloat64:1 getInt8:1 getInt16:1 getInt32:1 getUint8:1 getUint16:1 getUint32:1 setFloat32:2
  setFloat64:2 setInt8:2 setInt16:2 setInt32:2 setUint8:2 setUint16:2 setUint32:2 getBigInt64:1 getBigUint64:1
  setBigInt64:2 setBigUint64:2 getFloat16:1 setFloat16:2
.URLSearchParams append:2 delete:1 get:1:String getAll:1:Array has:1 set:2 forEach:1
.Headers append:2 delete:1 get:1:String getSetCookie:0:Array has:1 set:2 forEach:1
.FormData append:2 delete:1 get:1 getAll:1:Array has:1 set:2 forEach:1
.Storage getItem:1:String key:1:String removeItem:1 setItem:2
.EventTarget addEventListener:2 dispatchEvent:1 removeEventListener:2
.Document adoptNode:1 caretPositionFromPoint:2 caretRangeFromPoint:2 createAttribute:1 createAttributeNS:2
  createCDATASection:1 createComment:1 createElement:1 createElementNS:2 createEvent:1 createNodeIterator:1
  createProcessingInstruction:2 createTextNode:1 createTreeWalker:1 execCommand:1 getElementById:1
  getElementsByClassName:1 getElementsByName:1 getElementsByTagName:1 getElementsByTagNameNS:2 importNode:1
  queryCommandEnabled:1 queryCommandIndeterm:1 queryCommandState:1 queryCommandSupported:1 queryCommandValue:1:String
  addEventListener:2 removeEventListener:2 appendChild:1 cloneNode:0:Node compareDocumentPosition:1 contains:1
  getRootNode:0:Node insertBefore:2 isDefaultNamespace:1 isEqualNode:1 isSameNode:1 lookupNamespaceURI:1:String
  lookupPrefix:1:String removeChild:1 replaceChild:2 dispatchEvent:1 elementFromPoint:2:Element
  elementsFromPoint:2:Array getAnimations:0:Array querySelector:1 querySelectorAll:1 createExpression:1
  createNSResolver:1:Node evaluate:2
.Element attachShadow:1 closest:1 getAttribute:1:String getAttributeNS:2:String getAttributeNames:0:Array
  getAttributeNode:1 getAttributeNodeNS:2 getElementsByClassName:1 getElementsByTagName:1 getElementsByTagNameNS:2
  getHTML:0:String hasAttribute:1 hasAttributeNS:2 hasPointerCapture:1 insertAdjacentElement:2:Element
  insertAdjacentHTML:2 insertAdjacentText:2 matches:1 releasePointerCapture:1 removeAttribute:1 removeAttributeNS:2
  removeAttributeNode:1 setAttribute:2 setAttributeNS:3 setAttributeNode:1 setAttributeNodeNS:1 setHTMLUnsafe:1
  setPointerCapture:1 toggleAttribute:1 webkitMatchesSelector:1 addEventListener:2 removeEventListener:2 appendChild:1
  cloneNode:0:Node compareDocumentPosition:1 contains:1 getRootNode:0:Node insertBefore:2 isDefaultNamespace:1
  isEqualNode:1 isSameNode:1 lookupNamespaceURI:1:String lookupPrefix:1:String removeChild:1 replaceChild:2
  dispatchEvent:1 animate:1 getAnimations:0:Array querySelector:1 querySelectorAll:1
.Node appendChild:1 cloneNode:0:Node compareDocumentPosition:1 contains:1 getRootNode:0:Node insertBefore:2
  isDefaultNamespace:1 isEqualNode:1 isSameNode:1 lookupNamespaceURI:1:String lookupPrefix:1:String removeChild:1
  replaceChild:2 addEventListener:2 dispatchEvent:1 removeEventListener:2
.AbortSignal addEventListener:2 removeEventListener:2 dispatchEvent:1
Array isArray:1 from:1:Array of:0:Array fromAsync:1
ArrayBuffer isView:1
Atomics add:3 and:3 compareExchange:4 exchange:3 isLockFree:1 load:2 or:3 store:3 sub:3 wait:3 notify:2 xor:3
  waitAsync:3
BigInt asIntN:2 asUintN:2
Date parse:1 UTC:1
JSON parse:1 stringify:1:String
Math abs:1 acos:1 asin:1 atan:1 atan2:2 ceil:1 cos:1 exp:1 floor:1 log:1 pow:2 round:1 sin:1 sqrt:1 tan:1 clz32:1
  imul:2 sign:1 log10:1 log2:1 log1p:1 expm1:1 cosh:1 sinh:1 tanh:1 acosh:1 asinh:1 atanh:1 trunc:1 fround:1 cbrt:1
  f16round:1
Number isFinite:1 isInteger:1 isNaN:1 isSafeInteger:1 parseFloat:1 parseInt:1
Object getPrototypeOf:1 getOwnPropertyDescriptor:2 getOwnPropertyNames:1:Array create:1 defineProperty:3
  defineProperties:2 seal:1 freeze:1 preventExtensions:1 isSealed:1 isFrozen:1 isExtensible:1 keys:1:Array assign:1
  getOwnPropertySymbols:1:Array is:2 setPrototypeOf:2 values:1:Array entries:1:Array getOwnPropertyDescriptors:1
  fromEntries:1 hasOwn:2 groupBy:2
Promise all:1 race:1 allSettled:1 any:1 try:1
Proxy revocable:2
Reflect construct:2 defineProperty:3 deleteProperty:2 get:2 getOwnPropertyDescriptor:2 getPrototypeOf:1 has:2
  isExtensible:1 ownKeys:1:Array preventExtensions:1 set:3 setPrototypeOf:2
String fromCharCode:0:String fromCodePoint:0:String raw:1:String
Symbol for:1 keyFor:1:String
URL canParse:1 createObjectURL:1:String parse:1 revokeObjectURL:1
Response json:1 redirect:1
() parseInt:1 parseFloat:1 isNaN:1 isFinite:1 decodeURI:1:String decodeURIComponent:1:String encodeURI:1:String
  encodeURIComponent:1:String escape:1:String unescape:1:String RegExp:1:RegExp BigInt:1 getComputedStyle:1
  matchMedia:1 requestIdleCallback:1 cancelIdleCallback:1 requestAnimationFrame:1 cancelAnimationFrame:1 atob:1:String
  btoa:1:String clearInterval:1 clearTimeout:1 setInterval:1 setTimeout:1 fetch:1 queueMicrotask:1 reportError:1
  structuredClone:1 addEventListener:2 removeEventListener:2 String:0:String Array:0:Array
new Promise:1 Proxy:2 RegExp:1 WeakRef:1 FinalizationRegistry:1 DataView:1 URL:1 Event:1 CustomEvent:1
  MutationObserver:1 IntersectionObserver:1 ResizeObserver:1 WebSocket:1 Worker:1 BroadcastChannel:1 AggregateError:1
"""


class Taken(NamedTuple):
    """``least`` arguments are asked for; ``result`` is a type, empty for any other."""

    least: int
    result: str


def _read() -> dict[str, dict[str, Taken]]:
    found: dict[str, dict[str, Taken]] = {}
    owner: dict[str, Taken] = {}
    for line in _ROWS.strip().splitlines():
        words = line.split()
        if not line.startswith(" "):
            owner = found.setdefault(words.pop(0), {})
        for word in words:
            name, least, *result = word.split(":")
            owner[name] = Taken(int(least), "".join(result))
    return found


_FOUND = _read()
#: Global functions, and classes by what ``new`` asks for.
FUNCTIONS: Final[Mapping[str, Taken]] = _FOUND.pop("()")
CLASSES: Final[Mapping[str, Taken]] = _FOUND.pop("new")
#: Type → its methods.
TYPES: Final[Mapping[str, Mapping[str, Taken]]] = {
    name[1:]: members for name, members in _FOUND.items() if name.startswith(".")
}
#: Global value → its methods.
VALUES: Final[Mapping[str, Mapping[str, Taken]]] = {
    name: members for name, members in _FOUND.items() if not name.startswith(".")
}
