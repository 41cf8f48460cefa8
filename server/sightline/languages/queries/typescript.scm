; Only in TypeScript.

(type_identifier) @type
[(nested_type_identifier) (nested_identifier)] @member
(call_expression type_arguments: (type_arguments) @call.types)
(new_expression type_arguments: (type_arguments) @call.types)

(function_signature) @function
(abstract_class_declaration) @class
(abstract_class_declaration (decorator) @decorator)
(class_body [(method_signature) (abstract_method_signature)] @method)
(class_body (decorator) @decorator)
(public_field_definition (decorator) @decorator)
(class_body (public_field_definition) @field)
(interface_declaration) @interface
(interface_body [(method_signature) @method (property_signature) @field])
(type_alias_declaration) @type.alias
(type_alias_declaration value: (object_type [(method_signature) @method (property_signature) @field]))
(enum_declaration) @enum
(enum_body name: (_) @enum.member)
(enum_assignment name: (_) @enum.member)
[(internal_module) (module)] @namespace
(ambient_declaration) @ambient
(ambient_declaration [(lexical_declaration) (variable_declaration)] @declaration)
(module body: (statement_block [(lexical_declaration) (variable_declaration)] @declaration))
(internal_module body: (statement_block [(lexical_declaration) (variable_declaration)] @declaration))
(ambient_declaration "global" (statement_block [(lexical_declaration) (variable_declaration)] @declaration))
(import_alias) @import.alias

(extends_clause value: [(identifier) (member_expression)] @inherit)
(implements_clause [(type_identifier) (nested_type_identifier)] @inherit)
(implements_clause (generic_type name: (_) @inherit))
(extends_type_clause [(type_identifier) (nested_type_identifier)] @inherit)
(extends_type_clause (generic_type name: (_) @inherit))

[(function_signature) (method_signature) (abstract_method_signature) (function_type) (constructor_type)
  (call_signature) (construct_signature)] @scope
(type_parameters) @type.parameters
(type_parameter name: (type_identifier) @type.parameter)
(mapped_type_clause name: (type_identifier) @mapped)
(infer_type (type_identifier) @inferred)
(conditional_type) @conditional
(index_signature) @index
; This grammar reads `using file = open()` as an assignment.
(assignment_expression "using" left: (identifier) @declared)
(required_parameter pattern: (identifier) @declared)
(optional_parameter pattern: (identifier) @declared)
(required_parameter (accessibility_modifier)) @parameter.property
(required_parameter "readonly") @parameter.property
(index_signature name: (identifier) @skip)
(type_predicate name: (identifier) @skip)
(variable_declarator name: (_) @annotated type: (type_annotation) @annotation)
(required_parameter pattern: (identifier) @annotated type: (type_annotation) @annotation)
(optional_parameter pattern: (identifier) @annotated type: (type_annotation) @annotation)
(tuple_type [(required_parameter name: (identifier) @skip) (optional_parameter name: (identifier) @skip)])
(arrow_function body: [(as_expression) (non_null_expression)] @returned)
