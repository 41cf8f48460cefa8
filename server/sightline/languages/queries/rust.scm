; Rust in the common vocabulary of `graph/extract_common.py`.

(identifier) @id
(type_identifier) @type
(field_identifier) @property
(field_expression field: (field_identifier)) @member
(scoped_identifier) @member
(scoped_type_identifier) @member

(call_expression arguments: (arguments) @arguments)
(arguments [(line_comment) (block_comment)] @arguments.comment)
(macro_invocation (token_tree) @arguments)

[(function_item) (function_signature_item) (struct_item) (enum_item) (union_item) (trait_item) (impl_item) (mod_item)
  (const_item) (static_item) (type_item) (associated_type) (field_declaration) (enum_variant) (macro_definition)]
  @definition

(closure_expression) @scope
[(block) (match_arm) (if_expression) (while_expression) (for_expression)] @block

; Lower-case names in patterns are bound there; others are constants or variants. No predicate says so: each would read
; the text of every name.
(tuple_pattern (identifier) @lower)
(slice_pattern (identifier) @lower)
(ref_pattern (identifier) @lower)
(mut_pattern (identifier) @lower)
(reference_pattern (identifier) @lower)
(captured_pattern . (identifier) @lower)
(or_pattern (identifier) @lower)
(match_pattern . (identifier) @lower)
(field_pattern pattern: (identifier) @lower)
(tuple_struct_pattern type: (_) (identifier) @lower)
(let_condition pattern: (identifier) @lower)
(let_declaration pattern: (identifier) @local)
(for_expression pattern: (identifier) @local)
(field_pattern name: (shorthand_field_identifier) @local)
(closure_parameters (identifier) @local)
(closure_parameters (parameter pattern: (identifier) @local))

(assignment_expression left: [(identifier) (field_expression) (scoped_identifier)] @written)
(compound_assignment_expr left: [(identifier) (field_expression) (scoped_identifier)] @written)

(impl_item trait: (type_identifier) @inherit)
(impl_item trait: (scoped_type_identifier) @inherit)
(impl_item trait: (generic_type type: (_) @inherit))
(trait_item bounds: (trait_bounds (type_identifier) @inherit))
(trait_item bounds: (trait_bounds (scoped_type_identifier) @inherit))
(trait_item bounds: (trait_bounds (generic_type type: (_) @inherit)))

; What is declared, and lifetimes, labels, and the words that stand for what is around, are no uses.
(function_item name: (identifier) @skip)
(function_signature_item name: (identifier) @skip)
(struct_item name: (type_identifier) @skip)
(enum_item name: (type_identifier) @skip)
(union_item name: (type_identifier) @skip)
(trait_item name: (type_identifier) @skip)
(mod_item name: (identifier) @skip)
(const_item name: (identifier) @skip)
(static_item name: (identifier) @skip)
(type_item name: (type_identifier) @skip)
(associated_type name: (type_identifier) @skip)
(enum_variant name: (identifier) @skip)
(macro_definition name: (identifier) @skip)
(type_parameter name: (type_identifier) @skip)
(const_parameter name: (identifier) @skip)
(parameter pattern: (identifier) @skip)
(let_declaration pattern: (identifier) @skip)
(parameters (parameter pattern: (tuple_pattern (identifier) @skip)))
(type_binding name: (type_identifier) @skip)
(lifetime (identifier) @skip)
(label (identifier) @skip)

(let_declaration pattern: (identifier) @let.name) @let
(parameters (parameter pattern: (_) @parameter))
(field_initializer field: (field_identifier) @initialized)
(shorthand_field_initializer (identifier) @initialized)
(field_pattern name: (_) @matched)
(generic_function function: (_) @generic)
(scoped_identifier path: (generic_type)) @generic
(token_tree (identifier) @token)

(scoped_identifier path: (identifier) @routine)
(scoped_type_identifier path: (identifier) @routine)
(scoped_identifier path: (_)) @path
(scoped_type_identifier path: (_)) @path

[(use_declaration) (extern_crate_declaration)] @import
((attribute . (identifier) @attribute) @import (#not-eq? @attribute "derive"))
((attribute . (identifier) @skip) (#eq? @skip "derive"))
(attribute . (scoped_identifier)) @import
(mod_item !body) @module
(token_tree "use" @use)
