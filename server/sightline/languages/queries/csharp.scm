; C# in the common vocabulary of `graph/extract_common.py`.

(identifier) @id

(member_access_expression name: (identifier)) @member
(conditional_access_expression (member_binding_expression name: (identifier))) @member
(member_binding_expression name: (identifier)) @member
(qualified_name name: (identifier)) @member

(argument_list) @arguments
(argument_list (comment) @arguments.comment)
(argument name: (identifier) @keyword)
(attribute_argument_list) @arguments
(attribute_argument name: (identifier) @skip)

[(namespace_declaration) (file_scoped_namespace_declaration)] @definition
[(class_declaration) (struct_declaration) (record_declaration) (interface_declaration) (enum_declaration)
  (delegate_declaration)] @definition
[(method_declaration) (constructor_declaration) (local_function_statement)] @definition
[(property_declaration) (event_declaration) (enum_member_declaration)] @definition
[(field_declaration) (event_field_declaration)] @definition
(compilation_unit (global_statement (local_declaration_statement) @definition))

[(lambda_expression) (anonymous_method_expression) (operator_declaration) (conversion_operator_declaration)
  (indexer_declaration) (destructor_declaration) (accessor_declaration)] @scope
[(block) (for_statement) (foreach_statement) (using_statement) (catch_clause) (switch_section) (switch_expression_arm)
  (query_expression) (fixed_statement)] @block

(lambda_expression parameters: (parameter_list (parameter name: (identifier) @local)))
(lambda_expression parameters: (implicit_parameter) @local)
(anonymous_method_expression parameters: (parameter_list (parameter name: (identifier) @local)))
(operator_declaration parameters: (parameter_list (parameter name: (identifier) @local)))
(conversion_operator_declaration parameters: (parameter_list (parameter name: (identifier) @local)))
(indexer_declaration parameters: (bracketed_parameter_list (parameter name: (identifier) @local)))
(local_declaration_statement (variable_declaration (variable_declarator name: (identifier) @local)))
(for_statement initializer: (variable_declaration (variable_declarator name: (identifier) @local)))
(using_statement (variable_declaration (variable_declarator name: (identifier) @local)))
(fixed_statement (variable_declaration (variable_declarator name: (identifier) @local)))
(tuple_pattern name: (identifier) @local)
(foreach_statement left: (identifier) @local)
(declaration_pattern name: (identifier) @local)
(recursive_pattern name: (identifier) @local)
(var_pattern name: (identifier) @local)
(list_pattern name: (identifier) @local)
(parenthesized_variable_designation name: (identifier) @local)
(catch_declaration name: (identifier) @local)
(declaration_expression name: (identifier) @local)
(from_clause name: (identifier) @local)
(let_clause . (identifier) @local)
(join_clause . (identifier) @local)

(assignment_expression left: [(identifier) (member_access_expression)] @written)
(prefix_unary_expression ["++" "--"] [(identifier) (member_access_expression)] @written)
(postfix_unary_expression [(identifier) (member_access_expression)] @written ["++" "--"])

; Names of definitions and parameters are no uses.
(parameter name: (identifier) @skip)
(parameter_list name: (identifier) @skip)
(type_parameter name: (identifier) @skip)
(type_parameter_constraints_clause . (identifier) @skip)
(namespace_declaration name: [(identifier) (qualified_name)] @import)
(file_scoped_namespace_declaration name: [(identifier) (qualified_name)] @import)
[(class_declaration name: (identifier) @skip) (struct_declaration name: (identifier) @skip)
  (record_declaration name: (identifier) @skip) (interface_declaration name: (identifier) @skip)
  (enum_declaration name: (identifier) @skip) (delegate_declaration name: (identifier) @skip)
  (method_declaration name: (identifier) @skip) (constructor_declaration name: (identifier) @skip)
  (destructor_declaration name: (identifier) @skip) (local_function_statement name: (identifier) @skip)
  (property_declaration name: (identifier) @skip) (event_declaration name: (identifier) @skip)
  (enum_member_declaration name: (identifier) @skip)]
(variable_declarator name: (identifier) @skip)
(tuple_element name: (identifier) @skip)
(labeled_statement . (identifier) @skip)
(goto_statement (identifier) @skip)

(variable_declaration type: [(identifier) @type (qualified_name name: (identifier) @type)])
(parameter type: [(identifier) @type (qualified_name name: (identifier) @type)])
(parameter_list type: [(identifier) @type (qualified_name name: (identifier) @type)])
(property_declaration type: [(identifier) @type (qualified_name name: (identifier) @type)])
(method_declaration returns: [(identifier) @type (qualified_name name: (identifier) @type)])
(type_argument_list [(identifier) @type (qualified_name name: (identifier) @type)])
(nullable_type [(identifier) @type (qualified_name name: (identifier) @type)])
(array_type type: [(identifier) @type (qualified_name name: (identifier) @type)])
(cast_expression type: [(identifier) @type (qualified_name name: (identifier) @type)])
(typeof_expression type: [(identifier) @type (qualified_name name: (identifier) @type)])
(declaration_pattern type: [(identifier) @type (qualified_name name: (identifier) @type)])
(recursive_pattern type: [(identifier) @type (qualified_name name: (identifier) @type)])
(catch_declaration type: [(identifier) @type (qualified_name name: (identifier) @type)])
(declaration_expression type: [(identifier) @type (qualified_name name: (identifier) @type)])
(type_parameter_constraint type: [(identifier) @type (qualified_name name: (identifier) @type)])
(foreach_statement type: [(identifier) @type (qualified_name name: (identifier) @type)])
(as_expression right: [(identifier) @type (qualified_name name: (identifier) @type)])
(generic_name . (identifier) @generic)
(base_list [(identifier) (qualified_name)] @inherit)
(base_list (generic_name . (identifier) @inherit))
(primary_constructor_base_type type: [(identifier) (qualified_name)] @inherit)
(attribute name: [(identifier) (qualified_name)] @decorate)

(object_creation_expression) @creation
(with_initializer . (identifier) @loose)
(subpattern . (identifier) @loose)

(local_declaration_statement (variable_declaration) @declared)
(using_statement (variable_declaration) @declared)
(declaration_pattern type: (_) @typed.type name: (identifier) @typed.name)
(catch_declaration type: (_) @typed.type name: (identifier) @typed.name)
(declaration_expression type: (_) @typed.type name: (identifier) @typed.name)
(foreach_statement type: (_) @typed.type left: (identifier) @typed.name)

[(using_directive) (extern_alias_directive)] @import
