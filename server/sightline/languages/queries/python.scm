; One query for everything the extractor reads of a Python file: the engine's walk is the cost, not the patterns.
; `graph/extract_python.py` reads the captures by name. Two captures of one pattern are read side by side, which holds
; only where matches nest in the same order as each capture's positions; every such pattern says so.

(identifier) @id
(attribute) @attribute
(string) @string
(type) @type

; Calls. The callee ends where the arguments begin, so that only the arguments are captured.
(argument_list) @arguments
(call arguments: (generator_expression) @arguments.generator)
(keyword_argument name: (identifier) @keyword)
(argument_list (list_splat) @arguments.splat)
(argument_list (dictionary_splat) @arguments.double_splat)
(argument_list (comment) @arguments.comment)

; Definitions. Statements cannot stand in a parameter list, so names, parameters and bodies come in the same order.
(function_definition
  name: (identifier) @function.name
  parameters: (parameters) @function.parameters
  body: (block) @function.body) @function
(function_definition return_type: (type) @function.returns)
(return_statement (_) @returned)
(yield) @yield
(class_definition
  name: (identifier) @class.name
  body: (block) @class.body) @class
(class_definition superclasses: (argument_list) @class.arguments)
(class_definition superclasses: (argument_list [(identifier) (attribute)] @inherit))
(class_definition superclasses: (argument_list (subscript value: [(identifier) (attribute)] @inherit)))
(function_definition type_parameters: (type_parameter) @type_parameters)
(class_definition type_parameters: (type_parameter) @type_parameters)
(function_definition type_parameters: (type_parameter (type [(identifier) @type_parameter (_ . (identifier) @type_parameter)])))
(class_definition type_parameters: (type_parameter (type [(identifier) @type_parameter (_ . (identifier) @type_parameter)])))
(type_alias_statement
  left: (type (generic_type (type_parameter (type (identifier) @type_parameter)) @alias.parameters))) @alias
(type_alias_statement left: (type [(identifier) @alias.name (generic_type . (identifier) @alias.name)]))

; Decorators: a definition's span begins with its decorators.
(decorated_definition definition: (_) @decorated.definition) @decorated
(decorator [(identifier) (attribute)] @decorate)
(decorator (call function: [(identifier) (attribute)] @decorate))

; Scopes.
(lambda) @lambda
[(list_comprehension) (set_comprehension) (dictionary_comprehension) (generator_expression)] @comprehension

; What is bound or written. An assignment holds another one only in its right side: left and right come in one order.
(assignment left: (_) @assignment.left right: (_) @assignment.right)
(assignment left: (_) @annotated type: (type) @annotation)
(assignment left: [(identifier) (attribute)] @target)
(for_statement left: [(identifier) (attribute)] @target)
(for_in_clause left: [(identifier) (attribute)] @target)
(pattern_list [(identifier) (attribute)] @target)
(tuple_pattern [(identifier) (attribute)] @target)
(list_pattern [(identifier) (attribute)] @target)
(list_splat_pattern [(identifier) (attribute)] @target)
(as_pattern_target [(identifier) (attribute)] @target)
(as_pattern_target (tuple [(identifier) (attribute)] @target))
(as_pattern_target (list [(identifier) (attribute)] @target))
(as_pattern (case_pattern) (identifier) @target)
(splat_pattern (identifier) @target)
(case_pattern (dotted_name) @pattern.capture)
(keyword_pattern . (identifier) (dotted_name) @pattern.capture)
(class_pattern (dotted_name) @pattern.class)
(named_expression name: (identifier) @walrus)
(augmented_assignment left: [(identifier) (attribute)] @written)
(delete_statement [(identifier) (attribute)] @deleted)
(delete_statement (expression_list [(identifier) (attribute)] @deleted))
(except_clause (as_pattern alias: (as_pattern_target (identifier) @except.name)))
(except_clause (as_pattern [(identifier) (attribute)] @except.type alias: (as_pattern_target (identifier) @except.of)))
(with_item
  (as_pattern
    (call function: [(identifier) (attribute)] @with.callee)
    alias: (as_pattern_target (identifier) @with.name)))
(global_statement (identifier) @global)
(nonlocal_statement (identifier) @nonlocal)

; Names that are no uses.
(parameters (identifier) @skip)
(lambda_parameters (identifier) @skip)
(default_parameter name: (identifier) @skip)
(typed_default_parameter name: (identifier) @skip)
(typed_parameter . (identifier) @skip)
(parameters (list_splat_pattern (identifier) @skip))
(lambda_parameters (list_splat_pattern (identifier) @skip))
(typed_parameter (list_splat_pattern (identifier) @skip))
(dictionary_splat_pattern (identifier) @skip)
(keyword_pattern . (identifier) @skip)

[(import_statement) (import_from_statement) (future_import_statement)] @import
