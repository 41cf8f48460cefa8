"""Classes of installed packages, read from their source: which members they have, and what their methods take.

A package is looked for where the workspace's own environment keeps it (``.venv`` and its like in the root, then
``VIRTUAL_ENV``) and in the standard library. Nothing is imported or run. What cannot be read in plain sight (a compiled
module, a name bound twice, a base nobody finds) is unknown, which is neither "has it" nor "lacks it".
"""

from __future__ import annotations

import builtins
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sightline.base.system import System
from sightline.checks.package_source import PackageClass, PackageModule, read_module
from sightline.checks.signature import Parameters
from sightline.languages.python_environment import ENVIRONMENTS, package_folders

#: Classes and names looked at for one question.
_MOST_STEPS = 200
_LARGEST_MODULE = 2 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageMethod:
    """A method of a package's class: ``name`` in full; ``parameters`` as written, ``self`` included."""

    name: str
    parameters: Parameters


class _Unknown(Exception):
    """The question leads somewhere that cannot be read."""


class Packages:
    """The packages that code below ``root`` can import. Answers are about the files as they are when asked."""

    def __init__(self, system: System, root: str) -> None:
        self._system = system
        self._folders = tuple(_folders(system, root))
        self._modules: dict[str, PackageModule | None] = {}
        self._steps = 0

    def provides(self, name: str, member: str) -> bool | None:
        """Whether instances of the class with the full name ``name`` have ``member``; ``None`` if nobody can tell."""
        try:
            return any(each is not None for each in self._in_line(name, member))
        except _Unknown:
            return None

    def method(self, name: str, member: str) -> PackageMethod | None:
        """The method that ``member`` means on the class ``name``; ``None`` if it is none, or nobody can tell."""
        try:
            owner = next((each for each in self._in_line(name, member) if each is not None), None)
        except _Unknown:
            return None
        found = owner.methods.get(member) if owner is not None else None
        return None if owner is None or found is None else PackageMethod(name=f"{name}.{member}", parameters=found)

    def function(self, name: str) -> Parameters | None:
        """What the function with the full name ``name`` takes; ``None`` if it is none, or nobody can tell."""
        try:
            for _ in range(_MOST_STEPS):
                module, rest = self._split(name)
                if module.bound.get(rest.partition(".")[0]) != 1:
                    return None
                if rest in module.functions:
                    return module.functions[rest]
                target = module.targets.get(rest.partition(".")[0])
                if target is None:
                    return None
                name = ".".join(part for part in (target, rest.partition(".")[2]) if part)
        except _Unknown:
            pass
        return None

    def _in_line(self, name: str, member: str) -> Iterator[PackageClass | None]:
        """For each class in the line of ``name``, itself first: the class if it has the member, else ``None``."""
        self._steps = 0
        waiting, seen = [name], {name}
        while waiting:
            full = waiting.pop(0)
            if full.startswith("builtins."):
                if hasattr(getattr(builtins, full.partition(".")[2]), member):
                    yield PackageClass(name=full, module=_BUILTINS, bases=(), members=frozenset({member}), methods={})
                continue
            found = self._class(full)
            if member in found.members:
                yield found
            elif found.is_dynamic:
                raise _Unknown
            bases = [self._full_name(found.module, base) for base in found.bases]
            waiting[:0] = [base for base in bases if base not in seen]
            seen.update(bases)
            yield None

    def _full_name(self, module: PackageModule, base: str) -> str:
        head = base.partition(".")[0]
        if head not in module.bound and isinstance(getattr(builtins, base, None), type):
            return f"builtins.{base}"
        return f"{module.name}.{base}"

    def _class(self, full: str) -> PackageClass:
        """The class of a full name, through imports. Raises :class:`_Unknown`."""
        while True:
            self._steps += 1
            if self._steps > _MOST_STEPS:
                raise _Unknown
            module, rest = self._split(full)
            head, _, deeper = rest.partition(".")
            if rest in module.classes and module.bound.get(rest) == 1:
                return module.classes[rest]
            target = module.targets.get(head) if module.bound.get(head) == 1 else None
            if target is None:
                raise _Unknown
            full = f"{target}.{deeper}" if deeper else target

    def _split(self, full: str) -> tuple[PackageModule, str]:
        """The module that a full name begins with, the longest that there is, and the rest of the name."""
        parts = full.split(".")
        for end in range(len(parts) - 1, 0, -1):
            module = self._module(".".join(parts[:end]))
            if module is not None:
                return module, ".".join(parts[end:])
        raise _Unknown

    def _module(self, name: str) -> PackageModule | None:
        if name not in self._modules:
            self._modules[name] = self._read(name)
        return self._modules[name]

    def _read(self, name: str) -> PackageModule | None:
        relative = name.replace(".", "/")
        files = self._system.files
        for folder in self._folders:
            for path, is_package in ((f"{folder}/{relative}/__init__.py", True), (f"{folder}/{relative}.py", False)):
                try:
                    if files.stat(path).is_file:
                        return read_module(files.read(path, _LARGEST_MODULE), name, is_package=is_package)
                except OSError:
                    continue
        return None


_BUILTINS = PackageModule(name="builtins", bound={}, classes={}, targets={})


def _folders(system: System, root: str) -> Iterator[str]:
    """Folders that packages are installed in, then the standard library's."""
    active = system.environment.get("VIRTUAL_ENV", "")
    for environment in (*(f"{root}/{name}" for name in ENVIRONMENTS), *([active] if active else [])):
        yield from package_folders(system, environment)
    yield _library()


@lru_cache(maxsize=1)
def _library() -> str:
    return sysconfig.get_path("stdlib")
