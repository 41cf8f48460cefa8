; What JavaScript and TypeScript share. `graph/extract_script.py` reads the captures by name; `typescript.scm` and
; `javascript.scm` add what only one of them has. Captures arrive in no order.

[(identifier) (shorthand_property_identifier)] @id
[(property_identifier) (private_property_identifier)] @property
(member_expression) @member
(call_expression function: (super) @id)
(statement_identifier) @skip

; Calls. The callee ends where the arguments begin (type arguments may stand between).
(arguments) @arguments
(arguments (spread_element) @arguments.splat)
(arguments (comment) @arguments.comment)
(arguments (object [(pair key: (property_identifier) @option) (method_definition name: (property_identifier) @option)]))
(new_expression constructor: [(identifier) (member_expression)] @new)
(subscript_expression object: (_) @subscript.object index: (string) @subscript.index)
[(object) (array)] @literal

; Definitions.
[(function_declaration) (generator_function_declaration)] @function
[(class_declaration) (class)] @class
(class_body (method_definition) @method)
(decorator [(identifier) (member_expression)] @decorate)
(decorator (call_expression function: [(identifier) (member_expression)] @decorate))
(class_declaration (decorator) @decorator)
(export_statement (decorator) @decorator)
(program [(lexical_declaration) (variable_declaration)] @declaration)
(export_statement declaration: [(lexical_declaration) (variable_declaration)] @declaration)
(variable_declarator name: (identifier)
  value: [(arrow_function) (function_expression) (generator_function) (class)]) @function.variable
(program (expression_statement (assignment_expression left: (member_expression)) @assigned))

; Scopes. Blocks matter only where something is declared in them; which do, the extractor asks, since a pattern that
; waits for a child all through a block costs a fifth of the walk.
[(function_declaration) (generator_function_declaration) (function_expression) (generator_function) (arrow_function)
  (method_definition)] @scope
(class_static_block) @scope.static
(statement_block) @statements
(for_statement initializer: (lexical_declaration)) @block
(for_in_statement kind: _ left: (_)) @block
(catch_clause parameter: (_)) @block
(switch_body (_ (lexical_declaration))) @block

; What is bound or written.
(variable_declarator name: (identifier) @declared)
(variable_declarator name: [(object_pattern) (array_pattern)] @declared.pattern)
(variable_declaration (variable_declarator name: (_) @var))
(variable_declarator name: (_) @valued.name value: (_) @valued.value)
(for_in_statement kind: _ left: (identifier) @declared)
(for_in_statement kind: "var" left: (_) @var)
(for_in_statement kind: _ left: [(object_pattern) (array_pattern)] @declared.pattern)
(catch_clause parameter: (identifier) @declared)
(catch_clause parameter: [(object_pattern) (array_pattern)] @declared.pattern)
(formal_parameters) @parameters
(arrow_function parameter: (identifier) @declared)
(shorthand_property_identifier_pattern) @pattern.name
(array_pattern (identifier) @pattern.name)
(pair_pattern value: (identifier) @pattern.name)
(rest_pattern (identifier) @pattern.name)
(assignment_pattern left: (identifier) @pattern.name)
(pair_pattern key: (property_identifier) @pattern.key)
(assignment_expression left: [(identifier) (member_expression)] @written)
(augmented_assignment_expression left: [(identifier) (member_expression)] @written)
(update_expression argument: [(identifier) (member_expression)] @written)
(array_pattern (member_expression) @written)
(pair_pattern value: (member_expression) @written)
(assignment_expression left: (member_expression) @set right: (_) @set.value)

(return_statement (_) @returned)
(arrow_function body: [(identifier) (member_expression) (call_expression) (new_expression) (parenthesized_expression)
  (await_expression) (object) (array) (subscript_expression)] @returned)

(import_statement) @import
(export_statement) @export
(export_specifier alias: (identifier) @skip)
