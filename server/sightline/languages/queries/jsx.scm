; Elements: a component is used by its name.

[(jsx_opening_element name: (_) @jsx.name) (jsx_self_closing_element name: (_) @jsx.name)
  (jsx_closing_element name: (_) @jsx.closing)]
