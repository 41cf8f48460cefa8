"""Uses of Ruby's classes, methods and attributes, each case a small workspace with every expected use."""

from __future__ import annotations

from sightline.graph.relations import callers
from support.graphs import graph_of, path, symbol, uses


def test_required_constants_are_exact_and_others_inferred() -> None:
    graph = graph_of(
        {
            "lib/shop/cart.rb": """
                module Shop
                  class Cart
                    def initialize(size)
                      @size = size
                    end

                    def add(item); @size += 1; end
                  end
                end
            """,
            "lib/shop/order.rb": """
                module Shop
                  class Order
                    def run
                      cart = Cart.new(1)
                      cart.add(2)
                    end
                  end
                end
            """,
            "test/cart_test.rb": """
                require "shop/cart"
                def check
                  cart = Shop::Cart.new(3)
                  cart.add(4)
                end
            """,
        }
    )
    assert uses(graph, "lib/shop/cart.rb::Shop.Cart") == [
        "lib/shop/order.rb:4:14 call exact",
        "test/cart_test.rb:3:16 call exact",
    ]
    assert uses(graph, "lib/shop/cart.rb::Shop.Cart.add") == [
        "lib/shop/order.rb:5:12 call inferred",
        "test/cart_test.rb:4:8 call inferred",
    ]
    edges = graph.dependencies(path("lib/shop/order.rb"))
    assert [edge.target.relative for edge in edges] == ["lib/shop/cart.rb"]


def test_classes_opened_again_share_members() -> None:
    graph = graph_of(
        {
            "a.rb": "class Base\n  def one; two; end\nend\n",
            "b.rb": "class Base\n  def two; self.one; end\nend\nclass Sub < Base\n  def three; one; end\nend\n",
        }
    )
    assert uses(graph, "a.rb::Base.one") == ["b.rb:2:17 call exact", "b.rb:5:14 call exact"]
    assert uses(graph, "b.rb::Base.two") == ["a.rb:2:12 call exact"]


def test_mixins_accessors_and_variables_of_instances() -> None:
    graph = graph_of(
        {
            "lib/named.rb": "module Named\n  attr_reader :name\n  def hello; @name; end\nend\n",
            "lib/user.rb": """
                require_relative "named"
                class User
                  include Named
                  def show
                    hello
                    self.name
                    items.each { |hello| hello.run }
                  end
                end
            """,
        }
    )
    assert uses(graph, "lib/named.rb::Named.hello") == ["lib/user.rb:5:5 call exact"]
    assert uses(graph, "lib/named.rb::Named.name") == [
        "lib/named.rb:3:15 attribute exact",
        "lib/user.rb:6:10 call exact",
    ]
    assert uses(graph, "lib/named.rb::Named") == ["lib/user.rb:3:11 read exact"]


def test_a_bare_name_calls_and_a_variable_of_the_instance_is_an_attribute() -> None:
    graph = graph_of(
        {
            "named.rb": """
                class Named
                  attr_accessor :name
                  def plain; name; end
                  def own; self.name; end
                  def stored; @name; end
                  def shadowed; name = 1; name; end
                  def block; name { |x| x }; name do |y| y end; end
                  def reset; self.name = nil; end
                end
            """,
        }
    )
    assert uses(graph, "named.rb::Named.name") == [
        "named.rb:3:14 call exact",
        "named.rb:4:17 call exact",
        "named.rb:5:16 attribute exact",
        "named.rb:7:14 call exact",
        "named.rb:7:30 call exact",
        "named.rb:8:19 write exact",
    ]
    found = callers(graph, symbol(graph, "named.rb::Named.name"))
    assert [each.name for each in found.related] == ["Named.plain", "Named.own", "Named.block"]
