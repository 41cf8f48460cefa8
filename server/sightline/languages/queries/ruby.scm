; Ruby in the common vocabulary of `graph/extract_common.py`. Calls with a receiver, and variables of instances, are
; read in `graph/dialect_ruby.py`.

(identifier) @id @invoked
(constant) @id
(scope_resolution scope: (_) name: (_) @property) @member

(call arguments: (argument_list) @arguments)
(argument_list (splat_argument) @arguments.splat)
(argument_list (hash_splat_argument) @arguments.double_splat)
(argument_list [(block_argument) (comment)] @arguments.comment)
(argument_list (pair key: (hash_key_symbol) @keyword))

[(class) (module) (method) (singleton_method) (alias)] @definition
(assignment left: (constant)) @definition
(assignment left: (instance_variable)) @definition
(assignment left: (class_variable)) @definition
(operator_assignment left: (instance_variable)) @definition
(call !receiver method: (identifier) arguments: (argument_list . (simple_symbol))) @definition

[(block) (do_block) (lambda)] @block

(block_parameters (identifier) @local)
(lambda_parameters (identifier) @local)
(block_parameters (_ name: (identifier) @local))
(lambda_parameters (_ name: (identifier) @local))
(destructured_parameter (identifier) @local)
(assignment left: (identifier) @hoisted)
(operator_assignment left: (identifier) @hoisted)
(left_assignment_list (identifier) @hoisted)
(left_assignment_list (rest_assignment (identifier) @hoisted))
(destructured_left_assignment (identifier) @hoisted)
(exception_variable (identifier) @hoisted)
(for pattern: (identifier) @hoisted)
(in_clause pattern: (identifier) @hoisted)
(array_pattern (identifier) @hoisted)
(keyword_pattern value: (identifier) @hoisted)

(method name: (_) @skip)
(singleton_method name: (_) @skip)
(setter (identifier) @skip)
(method_parameters (identifier) @skip)
(method_parameters (_ name: (identifier) @skip))
(class name: (constant) @skip)
(class name: (scope_resolution name: (_) @skip))
(module name: (constant) @skip)
(module name: (scope_resolution name: (_) @skip))
(assignment left: (constant) @skip)
(call receiver: (_) method: (_) @skip)
(alias name: (_) @skip)
(superclass [(constant) (scope_resolution)] @inherit)

(call) @call
(call receiver: (_)) @call.member
[(instance_variable) (class_variable)] @variable
(alias alias: (identifier) @aliased)
(assignment left: (identifier) @valued.name right: (_) @valued.value)
(assignment left: [(call) (instance_variable) (class_variable)] @written.place)
(operator_assignment left: [(call) (instance_variable) (class_variable)] @written.place)
(left_assignment_list [(call) (instance_variable) (class_variable)] @written.place)
