; Bash in the common vocabulary of `graph/extract_common.py`. Names of commands are read in `graph/dialect_bash.py`.

(variable_name) @id

(function_definition) @definition
(variable_assignment) @definition
(declaration_command ["declare" "typeset" "readonly" "export"] (variable_name) @definition)

(declaration_command ["local" "declare" "typeset"] (variable_assignment name: (variable_name) @hoisted))
(declaration_command ["local" "declare" "typeset"] (variable_name) @hoisted)

(variable_assignment name: (variable_name) @written)
(variable_assignment name: (subscript name: (variable_name) @written))
(for_statement variable: (variable_name) @written)
(unset_command (variable_name) @written)

(command) @command
(command name: (command_name (word) @command.name))
(declaration_command) @command.declaration
