"""Where an included header lies: beside the includer, in the folders that ``compile_commands.json`` names, in folders
that are called like folders of headers, and in any folder whose path ends as the include is written.

Sources: the manual of GCC ("Search Path", "Options for Directory Search"), Clang's "JSON Compilation Database Format".
Headers outside of the workspace lead nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import cast

from sightline.languages.folders import normal
from sightline.languages.import_rules import ImportCandidates, ImportRequest, ImportRules, Reader

_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".inl", ".ipp")
#: Folders that builds most often name by ``-I``, best first.
_USUAL = ("include", "inc", "src")
#: Folders of headers that are tried one by one for a bare name; larger projects have to say where headers lie.
_MOST_FOLDERS = 64
#: Folders with one and the same end; more of them are variants (``arch/*/include/asm``) of which nothing tells one.
_MOST_NAMESAKES = 8
#: More folders on one search path mean a mistake; each is tried for every include.
_MOST_SEARCHED = 1_000
#: A word of a command line and what is quoted in it; ``shlex`` takes the square of a word's length.
_WORD = re.compile(r"""(?>(?:[^\s"'\\]|\\.|"(?>(?:[^"\\]|\\.)*)"?|'[^']*+'?)+)""", re.DOTALL)
_QUOTED = re.compile(r"""\\(.)|"((?>(?:[^"\\]|\\.)*))"?|'([^']*+)'?""", re.DOTALL)
_ESCAPED = re.compile(r"""\\(["\\$`])""")
_FLAG = re.compile(r"^-(?:I|isystem|iquote|idirafter)(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class CLayout:
    """``headers``: folders with a header directly in them. ``usual``: folder → folders beneath it that are usually
    named by ``-I``. ``ends``: last element of a path → folders of headers with that end. ``commands``: folder of
    compiled files → folders that their commands name, in order; under an empty key those of all commands.
    """

    headers: frozenset[str] = frozenset()
    usual: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    ends: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


def c_layout(files: Collection[str], read: Reader) -> CLayout:
    """The layout of a root with these ``files``."""
    folders: set[str] = set()
    databases: list[str] = []
    for path in files:
        folder, _, name = path.rpartition("/")
        if name.endswith(_HEADERS):
            folders.add(folder)
        elif name == "compile_commands.json":
            databases.append(path)
    usual: dict[str, dict[str, None]] = {}
    ends: dict[str, list[str]] = {}
    for folder in sorted(folders, key=lambda folder: (folder.count("/"), folder)):
        ends.setdefault(folder.rpartition("/")[2], []).append(folder)
        parts = folder.split("/")
        for at, part in enumerate(parts):
            if part in _USUAL:
                usual.setdefault("/".join(parts[:at]), {})["/".join(parts[: at + 1])] = None
    return CLayout(
        headers=frozenset(folders),
        usual={folder: tuple(sorted(found, key=_by_usage)) for folder, found in usual.items()},
        ends={end: tuple(found) for end, found in ends.items()},
        commands=_commands(sorted(databases), read),
    )


def _by_usage(folder: str) -> int:
    return _USUAL.index(folder.rpartition("/")[2])


def _commands(databases: Iterable[str], read: Reader) -> dict[str, tuple[str, ...]]:
    """Folders of headers by folder of compiled files, from all compilation databases of a root."""
    found: dict[str, dict[str, None]] = {}
    for database in databases:
        try:
            rows: object = json.loads(read(database) or "[]")
        except (ValueError, RecursionError):
            continue  # half written by a build that runs: read again once it is whole
        entries = cast("list[object]", rows) if isinstance(rows, list) else []
        for entry in entries:
            if isinstance(entry, dict):
                _read_command(cast("dict[str, object]", entry), database.rpartition("/")[0], found)
    everywhere: dict[str, None] = {}
    for folders in found.values():
        everywhere |= folders
    found = {folder: each for folder, each in found.items() if folder} | ({"": everywhere} if everywhere else {})
    return {folder: tuple(islice(each, _MOST_SEARCHED)) for folder, each in found.items()}


def _read_command(entry: dict[str, object], base: str, found: dict[str, dict[str, None]]) -> None:
    directory, file = entry.get("directory"), entry.get("file")
    if not isinstance(directory, str) or not isinstance(file, str):
        return
    prefix = _root_of(directory, base)
    if prefix is None:
        return
    place = _placed(file, directory, prefix)
    words = _words(entry)
    if place is None:
        return
    folders = found.setdefault(place.rpartition("/")[0], {})
    following = False
    for word in words:
        match = _FLAG.match(word)
        text = word if following else match.group(1) if match else ""
        following = bool(match) and not text and not following
        if text and (where := _placed(text, directory, prefix)) is not None:
            folders[where] = None


def _words(entry: dict[str, object]) -> list[str]:
    arguments = entry.get("arguments")
    if isinstance(arguments, list):
        return [word for word in cast("list[object]", arguments) if isinstance(word, str)]
    command = entry.get("command")
    return [_QUOTED.sub(_unquoted, word) for word in _WORD.findall(command)] if isinstance(command, str) else []


def _unquoted(found: re.Match[str]) -> str:
    escaped, double, single = found.groups()
    return escaped or _ESCAPED.sub(r"\1", double or "") or single or ""


def _root_of(directory: str, base: str) -> str | None:
    """The absolute path of the root, judged by where the database lies: it is written to the folder of the build."""
    directory = directory.rstrip("/")
    if not base:
        return directory
    if directory == base or directory.endswith("/" + base):
        return directory[: -len(base)].rstrip("/")
    return directory if directory.startswith("/") else None


def _placed(path: str, directory: str, root: str) -> str | None:
    """A path of a command relative to the root; ``None`` for one outside of it."""
    whole = path if path.startswith("/") else f"{directory}/{path}"
    inside = normal("", whole.lstrip("/"))
    top = root.strip("/")
    if inside is None or not (inside == top or not top or inside.startswith(top + "/")):
        return None
    return inside[len(top) :].lstrip("/")


def _base(path: str, layout: CLayout) -> str:
    """The innermost folder around a file that has folders of headers of its own, or commands."""
    folder = path.rpartition("/")[0]
    while folder and folder not in layout.usual and folder not in layout.commands:
        folder = folder.rpartition("/")[0]
    return folder


def _candidates(importer: str, request: ImportRequest, layout: CLayout) -> tuple[ImportCandidates, ...]:
    module = request.module
    if module.startswith("/"):
        return ()
    paths: dict[str, None] = {}
    folder = importer.rpartition("/")[0]
    if request.level:
        _add(paths, folder, module)
    for each in _search_path(folder, layout):
        _add(paths, each, module)
    fitting: dict[str, None] = {}
    for each in _fitting(folder, module, layout):
        _add(fitting, each, module.rpartition("/")[2])
    return ImportCandidates(paths=tuple(paths)), ImportCandidates(paths=tuple(fitting), near=True)


def _add(paths: dict[str, None], folder: str, module: str) -> None:
    found = normal(folder, module)
    if found is not None:
        paths[found] = None


def _search_path(folder: str, layout: CLayout) -> Iterable[str]:
    """What the commands name, else folders of the usual names, from the innermost folder outwards; then the root."""
    around = folder
    while True:
        if around in layout.commands:
            yield from layout.commands[around]
            break
        if not around:
            break
        around = around.rpartition("/")[0]
    around = folder
    while True:
        yield from layout.usual.get(around, ())
        if not around:
            break
        around = around.rpartition("/")[0]
    yield ""


def _fitting(folder: str, module: str, layout: CLayout) -> list[str]:
    """Folders of headers with the end that the include is written with, those nearest to the importer first."""
    inner, _, name = module.rpartition("/")
    inner = "/".join(part for part in inner.split("/") if part not in ("", ".", ".."))
    if inner:
        found = [
            each
            for each in layout.ends.get(inner.rpartition("/")[2], ())
            if each == inner or each.endswith("/" + inner)
        ]
        return sorted(found, key=lambda each: _distance(folder, each)) if len(found) <= _MOST_NAMESAKES else []
    if len(layout.headers) > _MOST_FOLDERS:
        found = layout.ends.get(name.partition(".")[0], ())
        return sorted(found, key=lambda each: _distance(folder, each)) if len(found) <= _MOST_NAMESAKES else []
    return [] if name in STANDARD else sorted(layout.headers, key=lambda each: (_distance(folder, each), each))


def _distance(folder: str, other: str) -> int:
    """Steps from one folder to another."""
    here, there = folder.split("/") if folder else [], other.split("/") if other else []
    shared = 0
    for a, b in zip(here, there, strict=False):
        if a != b:
            break
        shared += 1
    return len(here) + len(there) - 2 * shared


_C_NAMES = (
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg "
    "stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype "
    "aio dirent dlfcn fcntl fnmatch ftw glob grp iconv langinfo libgen netdb poll pthread pwd regex sched search "
    "semaphore spawn strings syslog tar termios ulimit unistd utime utmpx wordexp malloc alloca features endian "
    "execinfo getopt ucontext windows winsock2 ws2tcpip io process intrin immintrin emmintrin"
)
_CPP_NAMES = (
    "algorithm any array atomic barrier bit bitset cassert ccomplex cctype cerrno cfenv cfloat charconv chrono "
    "cinttypes climits clocale cmath compare complex concepts condition_variable coroutine csetjmp csignal cstdarg "
    "cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution expected filesystem "
    "format forward_list fstream functional future initializer_list iomanip ios iosfwd iostream istream iterator "
    "latch limits list locale map memory memory_resource mutex new numbers numeric optional ostream queue random "
    "ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span sstream stack stdexcept "
    "stop_token streambuf string string_view syncstream system_error thread tuple type_traits typeindex typeinfo "
    "unordered_map unordered_set utility valarray variant vector version"
)
#: Headers of the C library, of POSIX and of C++ that bare names mean.
STANDARD = frozenset((*(f"{name}.h" for name in _C_NAMES.split()), *_CPP_NAMES.split()))


def _shapes(layout: CLayout, path: str) -> bool:
    return path.endswith(_HEADERS) and path.rpartition("/")[0] not in layout.headers


C_IMPORTS = ImportRules(
    candidates=_candidates,
    layout=c_layout,
    is_configuration=lambda name: name == "compile_commands.json",
    shapes=_shapes,
    rests_on=lambda layout, path: path.endswith(_HEADERS),  # noqa: ARG005  the rules' signature
    base=_base,
    is_builtin=lambda module: module in STANDARD,
)
