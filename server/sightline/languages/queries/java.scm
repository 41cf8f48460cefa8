; Java in the common vocabulary of `graph/extract_common.py`.

(identifier) @id
(type_identifier) @type
(field_access field: (identifier) @property) @member
(method_invocation object: (_) name: (identifier)) @called
(method_invocation name: (identifier) @routine)
(method_reference . (_) (identifier) .) @member
(scoped_type_identifier (type_identifier) .) @member
(scoped_identifier name: (identifier)) @member
(explicit_constructor_invocation constructor: [(super) (this)] @id @routine)

(argument_list) @arguments
(argument_list [(line_comment) (block_comment)] @arguments.comment)

[(class_declaration) (interface_declaration) (enum_declaration) (record_declaration) (annotation_type_declaration)
  (method_declaration) (constructor_declaration) (compact_constructor_declaration) (field_declaration)
  (constant_declaration) (enum_constant) (annotation_type_element_declaration) (package_declaration)] @definition

(lambda_expression) @scope
[(block) (for_statement) (enhanced_for_statement) (try_with_resources_statement) (catch_clause) (switch_block)
  (switch_block_statement_group) (switch_rule) (static_initializer)] @block

(lambda_expression parameters: (identifier) @local)
(lambda_expression parameters: (inferred_parameters (identifier) @local))
(lambda_expression parameters: (formal_parameters (formal_parameter name: (identifier) @local)))
(local_variable_declaration declarator: (variable_declarator name: (identifier) @local))
(enhanced_for_statement name: (identifier) @local)
(resource name: (identifier) @local)
(catch_formal_parameter name: (identifier) @local)
(instanceof_expression name: (identifier) @local)
(type_pattern (identifier) @local)
(record_pattern_component (identifier) @local)

(assignment_expression left: [(identifier) (field_access)] @written)
(update_expression [(identifier) (field_access)] @written)

(superclass [(type_identifier) (scoped_type_identifier)] @inherit)
(superclass (generic_type . [(type_identifier) (scoped_type_identifier)] @inherit))
(super_interfaces (type_list [(type_identifier) (scoped_type_identifier)] @inherit))
(super_interfaces (type_list (generic_type . [(type_identifier) (scoped_type_identifier)] @inherit)))
(extends_interfaces (type_list [(type_identifier) (scoped_type_identifier)] @inherit))
(extends_interfaces (type_list (generic_type . [(type_identifier) (scoped_type_identifier)] @inherit)))
(object_creation_expression type: [(type_identifier) (scoped_type_identifier)] @constructed)
(object_creation_expression type: (generic_type . [(type_identifier) (scoped_type_identifier)] @constructed))
(marker_annotation name: (_) @decorate)
(annotation name: (_) @decorate)

; Names of definitions and parameters, labels, and names of an annotation's elements are no uses.
(class_declaration name: (identifier) @skip)
(interface_declaration name: (identifier) @skip)
(enum_declaration name: (identifier) @skip)
(record_declaration name: (identifier) @skip)
(annotation_type_declaration name: (identifier) @skip)
(annotation_type_element_declaration name: (identifier) @skip)
(method_declaration name: (identifier) @skip)
(constructor_declaration name: (identifier) @skip)
(compact_constructor_declaration name: (identifier) @skip)
(variable_declarator name: (identifier) @skip)
(enum_constant name: (identifier) @skip)
(formal_parameter name: (identifier) @skip)
(catch_formal_parameter name: (identifier) @skip)
(type_parameter (type_identifier) @skip)
(element_value_pair key: (identifier) @skip)
(labeled_statement . (identifier) @skip)
(break_statement (identifier) @skip)
(continue_statement (identifier) @skip)
(package_declaration (scoped_identifier) @skip)
(package_declaration (scoped_identifier scope: (_) @skip))
(package_declaration (identifier) @skip)
(module_declaration (_) @skip)
((type_identifier) @skip (#eq? @skip "var"))

(lambda_expression parameters: (formal_parameters (formal_parameter) @declared.one))
(enhanced_for_statement) @declared.one
(resource) @declared.one
(instanceof_expression name: (identifier)) @declared.pattern
(local_variable_declaration) @declared
(catch_formal_parameter) @declared.caught

(import_declaration) @import
