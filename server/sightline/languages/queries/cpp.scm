; What C++ adds to `c.scm`.

(namespace_identifier) @id
(field_expression field: (template_method name: (field_identifier) @templated))
(field_expression field: (qualified_identifier)) @member
(qualified_identifier) @member @qualified
(template_function name: (identifier) @templated)

(class_specifier body: (_)) @definition
(namespace_definition) @definition
(alias_declaration) @definition
(field_declaration_list (declaration) @definition)
(template_declaration (declaration) @definition)
; ``class EXPORTED Name {…}`` looks like a function to the grammar.
(function_definition type: [(class_specifier !body) (struct_specifier !body)] declarator: (identifier)
  body: (compound_statement (declaration) @definition))
(function_definition type: [(class_specifier !body) (struct_specifier !body)] declarator: (identifier)
  body: (compound_statement (labeled_statement (declaration) @definition)))
(class_specifier name: (type_identifier) @skip body: (_))
(alias_declaration name: (type_identifier) @skip)
(namespace_definition name: (_) @namespace)
(nested_namespace_specifier (namespace_identifier) @skip)
(namespace_definition name: (namespace_identifier) @skip)

(lambda_expression) @scope
[(template_declaration) (for_range_loop) (catch_clause)] @block
(reference_declarator (identifier) @local @skip)
(structured_binding_declarator (identifier) @local @skip)
(variadic_declarator (identifier) @local @skip)
(type_parameter_declaration (type_identifier) @local @skip)
(optional_type_parameter_declaration name: (type_identifier) @local @skip)
(variadic_type_parameter_declaration (type_identifier) @local @skip)
(condition_clause value: (declaration) @declared)
(condition_clause initializer: (init_statement (declaration) @declared))
(for_range_loop) @declared
(catch_clause parameters: (parameter_list (parameter_declaration) @declared))
(lambda_expression declarator: (_ parameters: (parameter_list (parameter_declaration) @declared)))

(assignment_expression left: (qualified_identifier) @written)
(field_initializer (field_identifier) @id @written)
(base_class_clause [(type_identifier) (qualified_identifier)] @inherit)
(base_class_clause (template_type name: (type_identifier) @inherit))
(_ declarator: (qualified_identifier name: (identifier) @skip))
(_ declarator: (qualified_identifier name: (qualified_identifier name: (identifier) @skip)))
(_ declarator: (qualified_identifier name: (qualified_identifier name: (qualified_identifier name: (identifier) @skip))))
(destructor_name (identifier) @skip)
