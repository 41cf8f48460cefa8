; PHP in the common vocabulary of `graph/extract_common.py`.

(name) @id
(variable_name) @variable

(member_access_expression name: (name)) @member
(nullsafe_member_access_expression name: (name)) @member
(member_call_expression name: (name)) @called
(nullsafe_member_call_expression name: (name)) @called
(scoped_call_expression name: (name)) @called
(class_constant_access_expression . (_) . (name)) @member
(scoped_property_access_expression name: (variable_name (name) @property)) @member
(qualified_name (name)) @member
(relative_name (name)) @member

(arguments) @arguments
(arguments (argument (variadic_unpacking)) @arguments.splat)
(arguments (variadic_placeholder) @arguments.splat)
(arguments (comment) @arguments.comment)
(argument name: (name) @keyword)

(namespace_definition) @definition
(program . (php_tag) @definition)
[(class_declaration) (interface_declaration) (trait_declaration) (enum_declaration)] @definition
[(function_definition) (method_declaration)] @definition
[(property_element) (property_promotion_parameter) (const_element) (enum_case)] @definition

[(anonymous_function) (arrow_function)] @scope

; A variable belongs to the function around it, wherever it is first named.
((variable_name) @hoisted (#not-eq? @hoisted "$this"))
((variable_name) @skip (#eq? @skip "$this"))
(simple_parameter name: (variable_name) @skip)
(variadic_parameter name: (variable_name) @skip)
(property_promotion_parameter name: (variable_name) @skip)
(property_element name: (variable_name) @skip)

(named_type (name) @type)
(named_type (qualified_name (name) @type .))
(base_clause (name) @inherit)
(base_clause (qualified_name (name) @inherit .))
(class_interface_clause (name) @inherit)
(class_interface_clause (qualified_name (name) @inherit .))
(use_declaration (name) @inherit)
(use_declaration (qualified_name (name) @inherit .))
(attribute (name) @decorate)
(attribute (qualified_name (name) @decorate .))

(assignment_expression left: [(member_access_expression) (scoped_property_access_expression)] @written)
(augmented_assignment_expression left: [(member_access_expression) (scoped_property_access_expression)] @written)
(update_expression argument: [(member_access_expression) (scoped_property_access_expression)] @written)

; Names of definitions, of namespaces, and the words that look like names, are no uses.
(namespace_definition name: (namespace_name (name) @skip))
(namespace_name (name) @skip)
[(class_declaration name: (name) @skip) (interface_declaration name: (name) @skip) (trait_declaration name: (name) @skip)
  (enum_declaration name: (name) @skip) (function_definition name: (name) @skip) (method_declaration name: (name) @skip)]
(const_element . (name) @skip)
(enum_case name: (name) @skip)
((named_type (name) @skip) (#any-of? @skip "static" "self" "parent"))
((object_creation_expression (name) @skip) (#any-of? @skip "static" "self" "parent"))
((class_constant_access_expression (_) (name) @skip) (#eq? @skip "class"))
(function_call_expression function: (name) @routine)

(qualified_name) @qualified
(object_creation_expression . (name) @made)
(assignment_expression left: (variable_name) @valued.name right: (_) @valued.value)
(catch_clause type: (_) @typed.type name: (variable_name) @typed.name)
(binary_expression left: (variable_name) @checked.name operator: "instanceof" right: [(name) (qualified_name)] @checked.type)

[(namespace_use_declaration) (global_declaration)] @import
[(require_expression) (require_once_expression) (include_expression) (include_once_expression)] @require
(use_list (_ (_) @skip))
