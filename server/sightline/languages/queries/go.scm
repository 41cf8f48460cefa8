; Go in the common vocabulary of `graph/extract_common.py`.

(identifier) @id
(package_identifier) @id
(type_identifier) @type
(field_identifier) @property
(selector_expression field: (field_identifier)) @member
(qualified_type name: (type_identifier)) @member

(argument_list) @arguments
(variadic_argument) @arguments.splat
(argument_list (comment) @arguments.comment)

[(function_declaration) (method_declaration) (type_spec) (type_alias) (package_clause)] @definition
(field_declaration) @definition
(method_elem) @definition
(source_file [(const_declaration) (var_declaration)] @definition)

(func_literal) @scope
[(block) (if_statement) (for_statement) (expression_switch_statement) (type_switch_statement) (select_statement)
  (expression_case) (default_case) (type_case) (communication_case)] @block

(func_literal parameters: (parameter_list (_ name: (identifier) @local)))
(func_literal result: (parameter_list (_ name: (identifier) @local)))
(short_var_declaration left: (expression_list (identifier) @local))
(range_clause left: (expression_list (identifier) @local))
(receive_statement left: (expression_list (identifier) @local))
(type_switch_statement alias: (expression_list (identifier) @local))
(statement_list (var_declaration (var_spec name: (identifier) @local)))
(statement_list (var_declaration (var_spec_list (var_spec name: (identifier) @local))))
(statement_list (const_declaration (const_spec name: (identifier) @local)))

(assignment_statement left: (expression_list [(identifier) (selector_expression)] @written))
(inc_statement [(identifier) (selector_expression)] @written)
(dec_statement [(identifier) (selector_expression)] @written)

; Names of parameters and fields, and labels, are no uses. Keys of composite literals are read apart.
(parameter_declaration name: (identifier) @skip)
(variadic_parameter_declaration name: (identifier) @skip)
(type_parameter_declaration name: (identifier) @skip)
(function_declaration name: (identifier) @skip)
(type_spec name: (type_identifier) @skip)
(type_alias name: (type_identifier) @skip)
(const_spec name: (identifier) @skip)
(var_spec name: (identifier) @skip)
(package_clause (package_identifier) @skip)
(composite_literal type: (_) @composite.type body: (literal_value) @composite.body)
(keyed_element key: (literal_element (identifier) @key)) @keyed

; What declares local names; of which type each is, is read from the node.
[(short_var_declaration) (range_clause) (receive_statement) (type_switch_statement)] @declares
(statement_list (var_declaration (var_spec) @declares))
(statement_list (var_declaration (var_spec_list (var_spec) @declares)))

(import_declaration) @import
