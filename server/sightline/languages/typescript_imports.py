"""Where a TypeScript or JavaScript specifier may lead.

Rules: TypeScript handbook, "Modules – Reference" (relative paths, ``.js`` that means ``.ts``, ``paths``, ``baseUrl``),
and Node's packages documentation (``exports``, ``imports``, self-reference). Assets and JSON lead to no code.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from sightline.languages.folders import join, joined
from sightline.languages.import_rules import ImportCandidates, ImportRequest, ImportRules
from sightline.languages.node_modules import NODE_BUILTINS
from sightline.languages.typescript_layout import (
    Mapping,
    NodePackage,
    ScriptLayout,
    is_script_configuration,
    script_layout,
)

#: Bundlers of Vue's projects are often told to try ``.vue`` last.
_CODE = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue")
#: What a specifier with the extension of an output file may mean, best first.
_WRITTEN_AS = {
    ".js": (".ts", ".tsx", ".d.ts", ".js", ".jsx"),
    ".jsx": (".tsx", ".d.ts", ".jsx"),
    ".mjs": (".mts", ".d.mts", ".mjs"),
    ".cjs": (".cts", ".d.cts", ".cjs"),
    ".ts": (".ts",),
    ".tsx": (".tsx",),
    ".mts": (".mts",),
    ".cts": (".cts",),
    ".vue": (".vue",),
    ".svelte": (".svelte",),
}
_NO_CODE = re.compile(
    r"\.(?:json5?|scss|sass|less|styl|svg|png|jpe?g|gif|webp|ico|woff2?|ttf|html?|md|txt|wasm|ya?ml)$"
)
#: Styles written as code (``theme.css.ts``) are imported by what they become.
_STYLE = ".css"
_STYLE_CODE = (".ts", ".tsx", ".d.ts", ".js")
#: Folders that builds write to, and where their source usually lies.
_BUILT = re.compile(r"(^|/)(?:dist|lib|build|out|es|esm|cjs|output)(?:/(?:esm|cjs|es|src|types))?/")
_OUTPUT = re.compile(r"(?:\.d)?\.[cm]?[jt]sx?$")


def specifier_paths(importer: str, specifier: str, layout: ScriptLayout) -> tuple[str, ...]:
    """Candidate files of a specifier, best first; empty for installed packages, assets and what leaves the root."""
    specifier = specifier.partition("?")[0]
    if not specifier or _NO_CODE.search(specifier) or ":" in specifier or "!" in specifier:
        return ()
    folder = importer.rpartition("/")[0]
    if specifier.startswith("."):
        return _probes(joined(folder, specifier), layout)
    if specifier.startswith("/"):
        return _probes(joined("", specifier.lstrip("/")), layout)
    found: dict[str, None] = {}
    framework = _above(folder, layout.aliases)
    for target in () if framework is None else _mapped(specifier, layout.aliases[framework]):
        found.update(dict.fromkeys(_probes(target, layout)))
    config = _above(folder, layout.configs)
    if config is not None:
        for target in _mapped(specifier, layout.configs[config].paths):
            found.update(dict.fromkeys(_probes(target, layout)))
        base = layout.configs[config].base
        if base is not None and not specifier.startswith("#"):
            found.update(dict.fromkeys(_probes(joined(base, specifier), layout)))
    if specifier.startswith("#"):
        package = _above(folder, layout.packages)
        targets = () if package is None else _mapped(specifier, layout.packages[package].imports)
        found.update(dict.fromkeys(path for target in targets for path in _target_probes(target, layout)))
    else:
        found.update(dict.fromkeys(_package_paths(specifier, folder, layout)))
    return tuple(found)


def _above(folder: str, known: Container[str]) -> str | None:
    """The nearest folder at or above ``folder`` that is ``known``."""
    while True:
        if folder in known:
            return folder
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def _mapped(specifier: str, mappings: tuple[Mapping, ...]) -> tuple[str, ...]:
    """Targets of the best pattern: an exact one, else the one with the longest text before its ``*``."""
    best: Mapping | None = None
    for pattern, targets in mappings:
        before, star, after = pattern.partition("*")
        if not star:
            if pattern == specifier:
                return targets
        elif (
            len(specifier) >= len(before) + len(after)
            and specifier.startswith(before)
            and specifier.endswith(after)
            and (best is None or len(before) > best[0].index("*"))
        ):
            best = pattern, targets
    if best is None:
        return ()
    before, _, after = best[0].partition("*")
    inner = specifier[len(before) : len(specifier) - len(after)]
    placed = (joined("", target.replace("*", inner)) for target in best[1])
    return tuple(target for target in placed if target is not None)


def _package_folder(name: str, folder: str, layout: ScriptLayout) -> str | None:
    """The folder of the package that ``name`` means in ``folder``: declared at or above it, or the one around it.

    Where there is no ``package.json`` at or above, any package of the workspace.
    """
    inside = False
    declared = _above(folder, layout.packages) is None
    for package in _packages_above(folder, layout):
        if package.name == name and not inside:
            return package.folder
        if name in package.links:
            return package.links[name]
        declared = declared or package.hoists or name in package.dependencies
        inside = inside or bool(package.name)
    return layout.by_name.get(name) if declared else None


def _packages_above(folder: str, layout: ScriptLayout) -> Iterator[NodePackage]:
    at = _above(folder, layout.packages)
    while at is not None:
        yield layout.packages[at]
        at = _above(at.rpartition("/")[0], layout.packages) if at else None


def _package_paths(specifier: str, importer: str, layout: ScriptLayout) -> tuple[str, ...]:
    """Files of a workspace package, named by its ``name`` in a file of the folder ``importer``."""
    parts = specifier.split("/")
    size = 2 if specifier.startswith("@") else 1
    folder = _package_folder("/".join(parts[:size]), importer, layout)
    package = None if folder is None else layout.packages.get(folder)
    if folder is None or package is None:
        return ()
    inner = "/".join(parts[size:])
    found: list[str] = []
    # Its ``exports`` name what a build writes; a project above the importer's may say where the source lies.
    above = _above(importer, layout.configs)
    while above:
        above = _above(above.rpartition("/")[0], layout.configs)
        for target in () if above is None else _mapped(specifier, layout.configs[above].paths):
            found += _probes(target, layout)
    for target in _mapped(inner, package.exports):
        found += _target_probes(target, layout)
    if not inner:
        for entry in package.entries:
            found += _target_probes(entry, layout)
        found += _extended(join(folder, "src/index")) + _extended(join(folder, "index"))
    elif not package.closed:
        found += _probes(joined(folder, inner), layout)
        found += _probes(joined(join(folder, "src"), inner), layout)
    return tuple(dict.fromkeys(found))


def _target_probes(target: str, layout: ScriptLayout) -> list[str]:
    """A target of ``exports`` or ``main``: the file itself, and the source it is probably built from."""
    found = list(_probes(target, layout))
    source = _BUILT.sub(r"\1src/", target, count=1)
    if source != target:
        found += _extended(_OUTPUT.sub("", source))
    return found


def _probes(path: str | None, layout: ScriptLayout) -> tuple[str, ...]:
    """Files that a path may mean: as written, with an extension, as a folder with a package or an index file."""
    if path is None:
        return ()
    if path.endswith(_STYLE):
        return tuple(path + ending for ending in _STYLE_CODE)
    found: list[str] = []
    for written, endings in _WRITTEN_AS.items():
        if path.endswith(written):
            found += [path.removesuffix(written) + ending for ending in endings]
    if path:
        found += _extended(path)
    package = layout.packages.get(path)
    if package is not None:
        for entry in package.entries:
            if entry != path:
                found += [entry, *_extended(_OUTPUT.sub("", entry))]
    found += _extended(join(path, "index"))
    return tuple(dict.fromkeys(found))


def _extended(path: str) -> list[str]:
    return [path + extension for extension in _CODE]


def _candidates(importer: str, request: ImportRequest, layout: ScriptLayout) -> tuple[ImportCandidates, ...]:
    return (ImportCandidates(paths=specifier_paths(importer, request.module, layout)),)


SCRIPT_IMPORTS = ImportRules(
    candidates=_candidates,
    layout=script_layout,
    is_configuration=is_script_configuration,
    reads=lambda layout, path: path in layout.extended,
    is_builtin=lambda module: module.startswith("node:") or module.partition("/")[0] in NODE_BUILTINS,
)
