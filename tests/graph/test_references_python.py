"""Uses of Python symbols, each case a small workspace with every expected use spelled out."""

from __future__ import annotations

from support.graphs import graph_of, path, symbol, uses


def test_direct_imports_aliases_and_module_attributes_are_exact() -> None:
    graph = graph_of(
        {
            "pkg/__init__.py": "",
            "pkg/rates.py": """
                def rate(x):
                    return x

                total = rate(1)
            """,
            "one.py": """
                from pkg.rates import rate

                rate(2)
            """,
            "two.py": """
                from pkg.rates import rate as r

                def f():
                    return r(3)
            """,
            "three.py": """
                import pkg.rates
                import pkg.rates as rates
                from pkg import rates as again

                pkg.rates.rate(1)
                rates.rate(1)
                again.rate(1)
            """,
            "unrelated.py": """
                def rate():
                    pass

                rate()
            """,
        }
    )
    assert uses(graph, "pkg/rates.py::rate") == [
        "one.py:1:23 import exact",
        "one.py:3:1 call exact",
        "pkg/rates.py:4:9 call exact",
        "three.py:5:11 call exact",
        "three.py:6:7 call exact",
        "three.py:7:7 call exact",
        "two.py:1:23 import exact",
        "two.py:4:12 call exact",
    ]
    assert uses(graph, "unrelated.py::rate") == ["unrelated.py:4:1 call exact"]


def test_reexports_and_star_imports_are_followed() -> None:
    graph = graph_of(
        {
            "pkg/__init__.py": """
                from .deep import *
                from .deep import hidden as shown
            """,
            "pkg/deep.py": """
                from .deeper import work
                __all__ = ["work", "hidden"]
                def hidden(): pass
                def left_out(): pass
            """,
            "pkg/deeper.py": "def work(): pass\n",
            "use.py": """
                import pkg
                from pkg import work, shown
                work()
                shown()
                pkg.work()
                pkg.left_out()
            """,
        }
    )
    assert uses(graph, "pkg/deeper.py::work") == [
        "pkg/deep.py:1:21 reexport exact",
        "pkg/deep.py:2:13 read inferred",
        "use.py:2:17 import exact",
        "use.py:3:1 call exact",
        "use.py:5:5 call exact",
    ]
    assert uses(graph, "pkg/deep.py::hidden") == [
        "pkg/__init__.py:2:19 reexport exact",
        "pkg/deep.py:2:21 read inferred",
        "use.py:2:23 import exact",
        "use.py:4:1 call exact",
    ]
    assert uses(graph, "pkg/deep.py::left_out") == []


def test_circles_of_star_imports_end() -> None:
    graph = graph_of(
        {
            "a.py": "from b import *\ndef f(): pass\n",
            "b.py": "from c import *\n",
            "c.py": "from a import *\nf()\n",
        }
    )
    assert uses(graph, "a.py::f") == ["c.py:2:1 call exact"]


def test_members_through_self_super_and_bases() -> None:
    graph = graph_of(
        {
            "base.py": """
                class Base:
                    limit = 3

                    def run(self):
                        return self.limit
            """,
            "child.py": """
                from base import Base

                class Child(Base):
                    def run(self):
                        super().run()
                        return self.limit

                class GrandChild(Child):
                    def go(self):
                        self.run()
            """,
        }
    )
    assert uses(graph, "base.py::Base.limit") == ["base.py:5:21 attribute exact", "child.py:6:21 attribute exact"]
    assert uses(graph, "base.py::Base.run") == ["child.py:5:17 call exact"]
    assert uses(graph, "child.py::Child.run") == ["child.py:10:14 call exact"]
    assert graph.references(symbol(graph, "child.py::Child.run")).coverage.complete
    assert [each.qualified_name for each in graph.subclasses(symbol(graph, "base.py::Base"))] == ["Child"]
    assert [each.qualified_name for each in graph.overrides(symbol(graph, "base.py::Base.run"))] == ["Child.run"]
    assert [str(each.path) for each in graph.overridden(symbol(graph, "child.py::Child.run"))] == ["base.py"]


def test_containers_hand_out_what_they_are_annotated_to_hold() -> None:
    graph = graph_of(
        {
            "m.py": """
                class Car:
                    def go(self): pass
            """,
            "own.py": """
                class Queue:
                    def get(self): pass
            """,
            "use.py": """
                import typing as t
                from collections import deque
                from contextvars import ContextVar
                from m import Car
                from own import Queue

                current: ContextVar[Car] = ContextVar("current")
                by_name: dict[str, Car] = {}
                texts: dict[Car, str] = {}

                def a(row: "deque[Car] | None", table: t.Mapping[str, Car], own: Queue[Car]):
                    current.get().go()
                    by_name.get("a").go()
                    car = row.popleft()
                    car.go()
                    table.get("a").go()
                    texts.get(car).go()
                    by_name.copy().go()
                    own.get().go()
            """,
        }
    )
    assert uses(graph, "m.py::Car.go") == [
        "use.py:12:19 call inferred",
        "use.py:13:22 call inferred",
        "use.py:15:9 call inferred",
        "use.py:16:20 call inferred",
        # Nothing on line 17: what ``texts`` hands out is a string.
        "use.py:19:15 call name_only",
    ]


def test_types_come_from_annotations_and_constructors() -> None:
    graph = graph_of(
        {
            "m.py": """
                class Car:
                    def go(self): pass

                class Bus:
                    def go(self): pass

                def make() -> Car: ...
            """,
            "use.py": """
                from __future__ import annotations
                from typing import Optional
                from m import Bus, Car, make

                def a(x: Car, y: "Bus | None", z: Optional[Car]):
                    x.go()
                    y.go()
                    z.go()

                def b():
                    c = Car()
                    c.go()
                    make().go()
                    d = make()
                    d.go()

                class Garage:
                    first: Bus

                    def __init__(self):
                        self.car = Car()

                    def all(self):
                        self.car.go()
                        self.first.go()

                def unknown(x):
                    x.go()
            """,
        }
    )
    assert uses(graph, "m.py::Car.go") == [
        "use.py:6:7 call inferred",
        "use.py:8:7 call inferred",
        "use.py:12:7 call inferred",
        "use.py:13:12 call inferred",
        "use.py:15:7 call inferred",
        "use.py:24:18 call inferred",
        "use.py:28:7 call name_only",
    ]
    assert uses(graph, "m.py::Bus.go") == [
        "use.py:7:7 call inferred",
        "use.py:25:20 call inferred",
        "use.py:28:7 call name_only",
    ]
    coverage = graph.references(symbol(graph, "m.py::Car.go")).coverage
    assert (coverage.complete, coverage.ambiguous) == (False, 1)


def test_calls_of_a_class_use_its_constructor() -> None:
    graph = graph_of(
        {
            "m.py": """
                class A:
                    def __init__(self, x): pass

                class B(A):
                    pass

                class C(A):
                    def __init__(self):
                        super().__init__(1)

                A(1)
                B(1)
                C()
            """,
        }
    )
    assert uses(graph, "m.py::A.__init__") == [
        "m.py:9:17 call exact",
        "m.py:11:1 call exact",
        "m.py:12:1 call exact",
    ]
    assert uses(graph, "m.py::C.__init__") == ["m.py:13:1 call exact"]


def test_an_import_with_a_fallback_is_not_exact() -> None:
    graph = graph_of(
        {
            "fast.py": "def f(): pass\n",
            "use.py": """
                try:
                    from fast import f
                except ImportError:
                    def f(): pass

                f()
            """,
        }
    )
    assert uses(graph, "fast.py::f") == ["use.py:2:22 import exact", "use.py:6:1 call inferred"]


def test_shadowed_names_are_no_uses() -> None:
    graph = graph_of(
        {
            "m.py": "def f(): pass\n",
            "use.py": """
                from m import f

                def a(f):
                    f()

                def b():
                    f = 1
                    return f

                class C:
                    def f(self): pass
                    f()

                    def g(self):
                        f()

                def c():
                    from other import f
                    f()
            """,
        }
    )
    assert uses(graph, "m.py::f") == ["use.py:1:15 import exact", "use.py:15:9 call exact"]


def test_strings_count_as_dynamic() -> None:
    graph = graph_of(
        {"m.py": "class A:\n    def go(self): pass\n", "use.py": "def f(a):\n    return getattr(a, 'go')()\n"}
    )
    answer = graph.references(symbol(graph, "m.py::A.go"))
    assert [(place.line, str(place.confidence)) for place in answer.places] == [(2, "name_only")]
    assert (answer.coverage.complete, answer.coverage.dynamic) == (False, 1)


def test_a_global_is_not_reached_through_an_unknown_value_when_a_member_has_its_name() -> None:
    files = {
        "m.py": "def send(): pass\n",
        "use.py": "def f(x):\n    x.send()\n",
    }
    assert uses(graph_of(files), "m.py::send") == ["use.py:2:7 call name_only"]
    files["other.py"] = "class Mail:\n    def send(self): pass\n"
    assert uses(graph_of(files), "m.py::send") == []


def test_resolve_gives_what_references_finds() -> None:
    graph = graph_of(
        {
            "m.py": "class A:\n    def go(self): pass\n",
            "use.py": "from m import A\n\ndef f(a: A, b):\n    a.go()\n    b.go()\n    print(b)\n",
        }
    )
    facts = graph.facts(path("use.py"))
    assert facts is not None
    found = {
        (each.span.start, each.name): [(s.identifier, str(c)) for s, c in graph.resolve(path("use.py"), each)]
        for each in facts.references
    }
    assert [value for (_, name), value in sorted(found.items()) if name == "go"] == [
        [("m.py::A.go", "inferred")],
        [("m.py::A.go", "name_only")],
    ]
    assert all(value == [("m.py::A", "exact")] for (_, name), value in found.items() if name == "A")


def test_a_name_that_a_function_imports_and_assigns_is_not_exact() -> None:
    graph = graph_of(
        {
            "m.py": "class A: pass\n",
            "use.py": """
                def f(cls):
                    if cls is None:
                        from m import A as cls
                    return cls()

                def g(options):
                    kind = options.kind
                    if kind is None:
                        from m import A as kind
                    return kind()
            """,
        }
    )
    assert "use.py:10:12 call inferred" in uses(graph, "m.py::A")
    assert not any(line.endswith("call exact") for line in uses(graph, "m.py::A"))


def test_keywords_of_generated_constructors_use_attributes() -> None:
    graph = graph_of(
        {
            "m.py": """
                from dataclasses import dataclass

                @dataclass
                class Data:
                    size: int
                    name: str = ""

                class Model:
                    def __init__(self, *args, **kwargs): pass

                class Written:
                    size: int
                    def __init__(self, size): pass
            """,
            "use.py": """
                from m import Data, Model, Written
                class Mine(Model):
                    size = 3
                Data(size=1)
                Mine(size=2)
                Written(size=3)
            """,
        }
    )
    assert uses(graph, "m.py::Data.size") == ["use.py:4:6 write inferred"]
    assert uses(graph, "use.py::Mine.size") == ["use.py:5:6 write inferred"]
    assert uses(graph, "m.py::Written.size") == []


def test_a_keyword_of_an_unknown_call_is_no_attribute_that_no_constructor_takes() -> None:
    graph = graph_of(
        {
            "m.py": """
                from dataclasses import dataclass
                from elsewhere import Unseen

                class Written:
                    size = 1
                    def __init__(self, length): pass

                class Plain:
                    size = 1

                class Passing:
                    size = 1
                    def __init__(self, **options): pass

                class Below(Unseen):
                    size = 1

                @dataclass
                class Data:
                    size: int = 1

                def f(makers):
                    makers.make(size=2)
            """,
        }
    )
    assert uses(graph, "m.py::Written.size") == []
    assert uses(graph, "m.py::Plain.size") == []
    for owner in ("Passing", "Below", "Data"):
        assert uses(graph, f"m.py::{owner}.size") == ["m.py:23:17 write name_only"]


def test_a_use_through_a_base_may_run_an_override() -> None:
    graph = graph_of(
        {
            "m.py": """
                class Base:
                    def run(self): pass

                    def twice(self):
                        self.run()

                class Child(Base):
                    def run(self):
                        super().run()

                def f(x: Base):
                    x.run()
            """,
        }
    )
    assert uses(graph, "m.py::Child.run") == ["m.py:5:14 call name_only", "m.py:12:7 call name_only"]
    coverage = graph.references(symbol(graph, "m.py::Child.run")).coverage
    assert (coverage.complete, coverage.ambiguous) == (False, 2)


def test_a_use_counts_once_though_its_alias_is_imported_twice() -> None:
    graph = graph_of(
        {
            "b.py": "class A: pass\n",
            "use.py": """
                from b import A as B
                from b import A as B
                B()
            """,
        }
    )
    assert [use for use in uses(graph, "b.py::A") if "call" in use] == ["use.py:3:1 call inferred"]


def test_a_class_is_asked_for_what_it_inherits() -> None:
    graph = graph_of(
        {
            "base.py": """
                class Scaffold:
                    def route(self): pass

                    def own(self): pass
            """,
            "app.py": """
                from base import Scaffold

                class Blueprint(Scaffold):
                    def own(self): pass
            """,
        }
    )
    for text in ("Blueprint.route", "app.Blueprint.route", "app.py::Blueprint.route"):
        assert [each.identifier for each in graph.lookup(text)] == ["base.py::Scaffold.route"]
    assert [each.identifier for each in graph.lookup("Blueprint.own")] == ["app.py::Blueprint.own"]
    for text in ("Blueprint.missing", "base.py::Blueprint.route", "Missing.route", ".route"):
        assert graph.lookup(text) == ()


def test_a_package_that_cannot_be_read_still_holds_its_modules() -> None:
    graph = graph_of(
        {
            "pkg/__init__.py": "\0",
            "pkg/sub/__init__.py": "\0",
            "pkg/sub/m.py": "def f(): pass\n",
            "user.py": "import pkg\n\npkg.sub.m.f()\n",
        }
    )
    (symbol,) = graph.lookup("pkg/sub/m.py::f")
    assert {str(place.path) for place in graph.references(symbol).places} == {"user.py"}


def test_a_call_of_cls_runs_the_constructor() -> None:
    graph = graph_of(
        {
            "m.py": """
                class Base:
                    def __init__(self, size): pass

                    @classmethod
                    def make(cls):
                        return cls(1)

                class Child(Base):
                    @classmethod
                    def other(cls):
                        cls.make()
                        return [cls(2) for _ in "x"]

                class Own(Base):
                    def __init__(self): pass

                    @classmethod
                    def third(cls):
                        return cls()

                def f(cls):
                    cls(3)
            """,
        }
    )
    assert uses(graph, "m.py::Base.__init__") == ["m.py:6:16 call inferred", "m.py:12:17 call inferred"]
    assert uses(graph, "m.py::Own.__init__") == ["m.py:6:16 call name_only", "m.py:19:16 call inferred"]
    assert graph.references(symbol(graph, "m.py::Own.__init__")).coverage.ambiguous == 1


def test_a_star_import_brings_what_other_modules_list() -> None:
    graph = graph_of(
        {
            "fields.py": """
                __all__ = ["Char"]
                class Char: pass
                class Hidden: pass
            """,
            "models.py": """
                from fields import *
                from fields import Hidden
                from fields import __all__ as fields_all
                __all__ = [*fields_all, "Own"]
                class Own: pass
            """,
            "plain.py": """
                __all__ = ["shown"]
                class Kept: pass
                def shown(): pass
            """,
            "gis.py": """
                from models import *
                from plain import *
            """,
            "use.py": """
                import gis
                gis.Char()
                gis.Own()
                gis.Hidden()
                gis.Kept()
            """,
        }
    )
    assert [use for use in uses(graph, "fields.py::Char") if "use.py" in use] == ["use.py:2:5 call exact"]
    assert [use for use in uses(graph, "models.py::Own") if "use.py" in use] == ["use.py:3:5 call exact"]
    assert [use for use in uses(graph, "fields.py::Hidden") if "use.py" in use] == ["use.py:4:5 call inferred"]
    assert uses(graph, "plain.py::Kept") == []


def test_values_of_built_in_types_leave_nothing_open() -> None:
    graph = graph_of(
        {
            "m.py": """
                from typing import Any
                from elsewhere import Mapped, Unseen

                class Mine:
                    def update(self): pass

                class Below(dict):
                    def update(self): pass

                class Hidden(Unseen):
                    def update(self): pass

                def f(a: dict[str, int], b: str | None, c: Any, d: Mapped[Mine], e: Unseen):
                    a.update()
                    b.update()
                    c.update()
                    d.update()
                    known = {"x": 1}
                    known.update()
                    maybe = {}
                    maybe = e.value
                    maybe.update()
                    item = [e, e][0]
                    item.update()
                    e.made(Mine).update()
                    given = e.made(Mine)
                    given.update()
            """,
        }
    )
    unknown = ["m.py:16:7 call name_only", "m.py:17:7 call name_only", "m.py:22:11 call name_only"]
    unknown += ["m.py:24:10 call name_only", "m.py:25:18 call name_only", "m.py:27:11 call name_only"]
    assert uses(graph, "m.py::Mine.update") == unknown
    annotated = ["m.py:14:7 call name_only", "m.py:15:7 call name_only"]
    # A value of the base's type may be one of the class below it; a string is none of a dictionary's heirs.
    assert uses(graph, "m.py::Hidden.update")[:2] == annotated
    assert annotated[0] in uses(graph, "m.py::Below.update")
