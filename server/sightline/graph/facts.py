"""``FileFacts``: what one file defines, uses and imports. A pure function of (bytes, language, extractor version).

Nothing here names another file: facts hold names as they are written, in byte offsets of the file's own text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sightline.base.text import Span


class DefinitionKind(StrEnum):
    """What a definition is; the words are those of the languages themselves."""

    FUNCTION = "function"
    METHOD = "method"
    CLASS = "class"
    INTERFACE = "interface"
    TYPE = "type"
    ENUM = "enum"
    VARIABLE = "variable"  # module-level or exported constants and variables
    ATTRIBUTE = "attribute"  # class-level assignment, enum member, property signature, ``self.x = …``
    NAMESPACE = "namespace"
    EXTENSION = "extension"  # adds members to the type of this name, which is defined elsewhere (``impl``, a Go method)


#: Kinds of what is called, as rows hold them.
FUNCTIONS = frozenset({DefinitionKind.FUNCTION.value, DefinitionKind.METHOD.value})


class ParameterKind(StrEnum):
    """How a parameter may be given, after Python's ``inspect.Parameter``; other languages use the fitting subset."""

    POSITIONAL_ONLY = "positional_only"
    POSITIONAL = "positional"  # by position or keyword
    KEYWORD_ONLY = "keyword_only"
    VARIADIC = "variadic"  # *args, ...rest
    VARIADIC_KEYWORD = "variadic_keyword"  # **kwargs


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a definition, ``self``/``cls`` included where the source writes them."""

    name: str
    kind: ParameterKind = ParameterKind.POSITIONAL
    has_default: bool = False
    annotation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A named thing. ``parent`` is the index of the enclosing definition in the same file, or -1.

    ``span`` covers decorators and body; ``name_span`` the name alone; ``body_start`` is the offset where the body
    begins (equal to ``span.end`` when there is none), so that ``span.start..body_start`` is the signature.
    ``bases`` of a function or value are the types it is added to (an extension).
    ``parameters`` is ``None`` for what cannot be called. ``exported`` says whether other files can name it by the
    language's own rule (Python: always true at module and class level; TS/JS: ``export``).
    """

    name: str
    kind: DefinitionKind
    span: Span
    name_span: Span
    body_start: int
    parent: int = -1
    parameters: tuple[Parameter, ...] | None = None
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    annotation: str = ""  # declared type of a variable or attribute, return type of a function
    value: str = ""  # the callee when a variable or attribute is assigned from a call: ``x = Foo(...)`` gives "Foo"
    exported: bool = True
    #: The dotted name when it is assigned from a plain name: ``x = a.b`` gives "a.b". Of a function without a written
    #: return type what it gives, as a path: ``return Foo(...)`` gives "Foo()".
    alias: str = ""


class ReferenceKind(StrEnum):
    """How a name is used."""

    CALL = "call"
    READ = "read"
    WRITE = "write"
    INHERIT = "inherit"
    DECORATE = "decorate"
    TYPE = "type"
    IMPORT = "import"  # the name inside an import statement
    STRING = "string"  # an entry of ``__all__``, a name in ``getattr(x, "name")`` and the like: a possible use
    KEYWORD = "keyword"  # keyword argument name in a call


@dataclass(frozen=True, slots=True, kw_only=True)
class CallShape:
    """The arguments of a call as written. ``splat``/``double_splat``: ``*xs`` / ``**xs`` were given too."""

    positional: int
    keywords: tuple[str, ...] = ()
    splat: bool = False
    double_splat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A use of ``name`` at ``span``. ``enclosing`` is the index of the innermost definition around it, or -1.

    ``receiver`` is the dotted source text before the last dot (``self``, ``module.Class``; ``"?"`` for an expression
    that is not a dotted name), empty for a bare name. A call of a dotted name keeps empty parentheses: the receiver is
    ``super()`` in ``super().x`` and ``a.Foo()`` in ``a.Foo(1).x``. For ``IMPORT`` it is the module as written (dots
    included), for ``KEYWORD`` the callee. The ``STRING`` entries of ``__all__`` have its definition as ``enclosing``;
    assignments to ``self.x`` are enclosed by their method, not by the attribute they define.

    ``local``: the receiver's first name is a parameter or local variable of a function around it, so that it means no
    module-level name or import; what is known of its type is in that function's parameters or in
    :attr:`FileFacts.bindings`. Bare names that are bound so are not emitted at all, but for calls of Python's ``cls``,
    which are ``local`` with no receiver. Names bound inside a function by ``def``, ``class`` or ``import`` do not count
    as local here: they are definitions and imports with an ``enclosing`` of their own.
    """

    name: str
    span: Span
    kind: ReferenceKind
    enclosing: int = -1
    receiver: str = ""
    call: CallShape | None = None
    local: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedName:
    """``name`` (``*`` for all, ``default`` for a default import, empty for the module itself) bound as ``alias``.

    Python's ``import a.b`` has the alias "a.b": it makes the module reachable under that dotted text.
    """

    name: str
    alias: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import of one module, as written.

    ``module`` is the text of the module (``a.b`` in Python, the specifier in TS/JS), ``level`` the number of leading
    dots in Python. ``reexport``: TS/JS ``export … from``. ``dynamic``: ``importlib.import_module("…")``, ``import(…)``.
    ``guarded``: under ``try``/``if``, so that a miss need not be an error.
    """

    module: str
    names: tuple[ImportedName, ...]
    span: Span
    level: int = 0
    enclosing: int = -1
    type_only: bool = False
    guarded: bool = False
    reexport: bool = False
    dynamic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBinding:
    """What one assignment says of the type of a local variable of the definition ``enclosing``.

    One of ``annotation`` (``x: Foo``), ``value`` (callee of ``x = Foo(...)``, what ``except Foo as x`` catches) and
    ``alias`` (``x = self.y`` gives "self.y", ``with Foo() as x`` gives "Foo^") is set; all three are empty when the
    name is also bound in a way that says nothing (a loop, a tuple), which is listed only for names that have another
    entry. Parameters are not repeated here: see :attr:`Definition.parameters`; nor are attributes (``self.x = …``),
    which are definitions. ``within``: the block or function without a name in which it holds; in all of ``enclosing``
    if there is none.
    """

    enclosing: int
    name: str
    annotation: str = ""
    value: str = ""
    alias: str = ""
    within: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something the extractor could not read: a syntax error, or a construct it leaves out (``dynamic``)."""

    kind: str  # "syntax", "dynamic", "unparsed"
    message: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """The facts of one text. Tuples are in source order; ``export_digest`` covers names, kinds and signatures only."""

    digest: str
    language: str
    definitions: tuple[Definition, ...]
    references: tuple[Reference, ...]
    imports: tuple[Import, ...]
    problems: tuple[Problem, ...]
    export_digest: str
    bindings: tuple[LocalBinding, ...] = ()

    def qualified_name(self, index: int) -> str:
        """Dotted name of the definition at ``index`` within its file, such as ``Class.method``."""
        parts: list[str] = []
        while index >= 0:
            parts.append(self.definitions[index].name)
            index = self.definitions[index].parent
        return ".".join(reversed(parts))
