; Kotlin in the common vocabulary of `graph/extract_common.py`.

(identifier) @id
(user_type (identifier) @type)
(user_type (identifier) (identifier)) @member
(user_type . (identifier) . (identifier) @skip . (identifier))
(navigation_expression) @member

(call_expression (value_arguments) @arguments)
(call_expression . [(identifier) (navigation_expression)] . (annotated_lambda) @arguments)
(constructor_invocation (value_arguments) @arguments)
(value_arguments (value_argument . (identifier) @keyword . "="))
(value_arguments (value_argument (spread_expression)) @arguments.splat)
(value_arguments [(line_comment) (block_comment)] @arguments.comment)

[(class_declaration) (object_declaration) (function_declaration) (secondary_constructor) (enum_entry) (type_alias)
  (package_header) (class_parameter)] @definition
(source_file (property_declaration) @definition)
(class_body (property_declaration) @definition)
(enum_class_body (property_declaration) @definition)

[(lambda_literal) (anonymous_function) (getter) (setter)] @scope
[(block) (for_statement) (catch_block) (when_expression) (when_entry)] @block

(lambda_parameters (variable_declaration . (identifier) @local))
(lambda_parameters (multi_variable_declaration (variable_declaration . (identifier) @local)))
(anonymous_function (function_value_parameters (parameter . (identifier) @local)))
(block (property_declaration (variable_declaration . (identifier) @local)))
(block (property_declaration (multi_variable_declaration (variable_declaration . (identifier) @local))))
(lambda_literal (property_declaration (variable_declaration . (identifier) @local)))
(lambda_literal (property_declaration (multi_variable_declaration (variable_declaration . (identifier) @local))))
(when_entry (property_declaration (variable_declaration . (identifier) @local)))
(for_statement (variable_declaration . (identifier) @local))
(for_statement (multi_variable_declaration (variable_declaration . (identifier) @local)))
(when_subject (variable_declaration . (identifier) @local))
(catch_block . (identifier) @local)
(setter . (identifier) @local)

(assignment left: [(identifier) (navigation_expression)] @written)
(delegation_specifier (user_type (identifier) @inherit))
(delegation_specifier (constructor_invocation (user_type (identifier) @inherit)))
(delegation_specifier (explicit_delegation (user_type (identifier) @inherit)))
(annotation (user_type (identifier) @decorate))
(annotation (constructor_invocation (user_type (identifier) @decorate)))

; Names of definitions and parameters and labels are no uses.
(class_declaration name: (identifier) @skip)
(object_declaration name: (identifier) @skip)
(companion_object name: (identifier) @skip)
(function_declaration name: (identifier) @skip)
(enum_entry . (identifier) @skip)
(enum_entry . (modifiers) . (identifier) @skip)
(type_alias type: (identifier) @skip)
(type_parameter . (identifier) @skip)
(parameter . (identifier) @skip)
(class_parameter . (identifier) @skip)
(class_parameter . (modifiers) . (identifier) @skip)
(variable_declaration . (identifier) @skip)
(catch_block . (identifier) @skip)
(this_expression (identifier) @skip)
(return_expression label: (identifier) @skip)
(package_header (qualified_identifier (identifier) @skip))

(block (property_declaration) @declared)
(lambda_literal (property_declaration) @declared)
(for_statement (variable_declaration) @declared.one)
(lambda_parameters (variable_declaration) @declared.one)
(catch_block) @declared.caught
(string_content) @text
(infix_expression . (_) . (identifier) @infix)

(import) @import
