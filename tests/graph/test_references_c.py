"""Uses of C and C++ symbols, each case a small workspace with every expected use spelled out."""

from __future__ import annotations

from support.graphs import graph_of, uses, uses_of_each

_ZMALLOC = {
    "src/zmalloc.h": """
        #ifndef Z_H
        #define Z_H
        void *zmalloc(int size);
        extern int limit;
        #define ROUND(x) (x + limit)
        #endif
    """,
    "src/zmalloc.c": '#include "zmalloc.h"\nint limit = 3;\nvoid *zmalloc(int size) { return 0; }\n',
    "src/server.h": """
        #include "zmalloc.h"
        struct client { int flags; struct client *next; };
        typedef struct client client;
    """,
    "src/use.c": """
        #include "server.h"
        static void run(client *c) {
          zmalloc(limit);
          c->flags = 1;
          c->next->flags = ROUND(2);
        }
        static client made = { .flags = 2 };
    """,
    "src/other.c": "static void zmalloc(void) {}\nvoid f(void) { zmalloc(); }\n",
}


def test_a_declaration_and_its_definition_are_one() -> None:
    graph = graph_of(_ZMALLOC)
    expected = ["src/use.c:3:3 call exact"]
    assert uses(graph, "src/zmalloc.c::zmalloc") == expected
    assert uses(graph, "src/zmalloc.h::zmalloc") == expected
    assert uses(graph, "src/zmalloc.c::limit") == [
        "src/zmalloc.h:5:23 read exact",
        "src/use.c:3:11 read exact",
    ] or uses(graph, "src/zmalloc.c::limit") == ["src/use.c:3:11 read exact", "src/zmalloc.h:5:23 read exact"]


def test_static_names_are_of_their_own_text() -> None:
    assert uses(graph_of(_ZMALLOC), "src/other.c::zmalloc") == ["src/other.c:2:16 call exact"]


def test_members_and_macros_through_includes_of_includes() -> None:
    graph = graph_of(_ZMALLOC)
    assert uses(graph, "src/zmalloc.h::ROUND") == ["src/use.c:5:20 call exact"]
    assert uses(graph, "src/server.h::client.flags") == [
        "src/use.c:4:6 write inferred",
        "src/use.c:5:12 write inferred",
        "src/use.c:7:25 write inferred",
    ]


def test_what_is_not_included_is_not_meant() -> None:
    graph = graph_of(
        {
            "a.h": "int shared(void);\n",
            "a.c": '#include "a.h"\nint shared(void) { return 1; }\n',
            "b.c": "int f(void) { return shared(); }\n",
        }
    )
    assert uses(graph, "a.c::shared") == []


def test_enumerators_and_typedefs_are_seen_bare() -> None:
    graph = graph_of(
        {
            "c.h": "enum colour { RED, GREEN };\ntypedef struct { int z; } point;\n",
            "c.c": '#include "c.h"\nint f(point *p) { return p->z + GREEN; }\n',
        }
    )
    assert uses(graph, "c.h::colour.GREEN") == ["c.c:2:33 read exact"]
    assert uses(graph, "c.h::point") == ["c.c:2:7 type exact"]
    assert uses(graph, "c.h::point.z") == ["c.c:2:29 attribute inferred"]


_CPP = {
    "include/db/shape.h": """
        namespace db {
        class Base { public: void stop(); };
        class Shape : public Base {
         public:
          enum Kind { ROUND };
          Shape(int size);
          int draw(int n) const;
          static int count;
         private:
          int size_;
        };
        int area(const Shape& shape);
        }
    """,
    "src/shape.cc": """
        #include "db/shape.h"
        namespace db {
        int Shape::count = 0;
        Shape::Shape(int size) : size_(size) {}
        int Shape::draw(int n) const { return size_ + this->size_ + count; }
        int area(const Shape& shape) { return shape.draw(1); }
        }
    """,
    "src/use.cc": """
        #include <memory>
        #include "db/shape.h"
        int f(db::Shape* shape, std::unique_ptr<db::Shape> owned) {
          shape->draw(1);
          owned->draw(2);
          shape->stop();
          auto made = new db::Shape(3);
          made->draw(db::Shape::ROUND);
          return db::area(*shape) + db::Shape::count;
        }
    """,
}


def test_methods_in_and_out_of_their_class_are_one() -> None:
    graph = graph_of(_CPP)
    expected = [
        "src/shape.cc:6:45 call inferred",
        "src/use.cc:4:10 call inferred",
        "src/use.cc:5:10 call inferred",
        "src/use.cc:8:9 call inferred",
    ]
    assert uses(graph, "include/db/shape.h::db.Shape.draw") == expected
    assert uses(graph, "src/shape.cc::db.Shape.draw") == expected


def test_fields_this_and_statics() -> None:
    graph = graph_of(_CPP)
    assert uses(graph, "include/db/shape.h::db.Shape.size_") == [
        "src/shape.cc:4:26 write exact",
        "src/shape.cc:5:39 read exact",
        "src/shape.cc:5:53 attribute exact",
    ]
    assert "src/use.cc:9:40 attribute exact" in uses(graph, "include/db/shape.h::db.Shape.count")


def test_namespaces_bases_and_enumerators_of_classes() -> None:
    graph = graph_of(_CPP)
    assert uses(graph, "src/shape.cc::db.area") == ["src/use.cc:9:14 call exact"]
    assert uses(graph, "include/db/shape.h::db.Base.stop") == ["src/use.cc:6:10 call inferred"]
    assert uses(graph, "include/db/shape.h::db.Shape.Kind.ROUND") == ["src/use.cc:8:25 attribute exact"]
    assert "src/use.cc:7:23 type exact" in uses(graph, "include/db/shape.h::db.Shape")


def test_a_class_marked_by_a_macro_is_a_class() -> None:
    graph = graph_of(
        {
            "db.h": """
                #define EXPORTED
                class EXPORTED Store : public Base {
                 public:
                  static int Open(int flags);
                  int Close(int flags);
                  int level;
                };
            """,
            "db.cc": '#include "db.h"\nint Store::Close(int flags) { return level; }\n',
            "use.cc": '#include "db.h"\nint f(Store* store) { store->Close(Store::Open(1)); return store->level; }\n',
        }
    )
    assert uses(graph, "db.h::Store.Open") == ["use.cc:2:43 call exact"]
    assert uses(graph, "db.cc::Store.Close") == ["use.cc:2:30 call inferred"]
    assert uses(graph, "db.h::Store.level")[0] == "db.cc:2:38 read exact"


def test_a_structure_and_a_function_of_one_name_are_told_apart_by_their_use() -> None:
    graph = graph_of(
        {
            "stat.h": "struct stat { int size; };\nint stat(const char *path, struct stat *into);\n",
            "use.c": '#include "stat.h"\nint f(void) { struct stat found; return stat("a", &found); }\n',
        }
    )
    assert uses_of_each(graph, "stat.h::stat") == [
        ["stat.h:2:35 type exact", "use.c:2:22 type exact"],
        ["use.c:2:41 call exact"],
    ]
