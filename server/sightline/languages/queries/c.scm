; C, and the part of C++ that is C, in the common vocabulary of `graph/extract_common.py`.

(identifier) @id
(type_identifier) @type
(field_identifier) @property
(field_expression field: (field_identifier)) @member

(argument_list) @arguments
(argument_list (comment) @arguments.comment)

[(function_definition) (preproc_def) (preproc_function_def) (type_definition) (enumerator)] @definition
(field_declaration) @definition
(struct_specifier body: (_)) @definition
(union_specifier body: (_)) @definition
(enum_specifier body: (_)) @definition
(translation_unit (declaration) @definition)
(declaration_list (declaration) @definition)
(linkage_specification (declaration) @definition)
[(preproc_if (declaration) @definition) (preproc_ifdef (declaration) @definition)
  (preproc_else (declaration) @definition) (preproc_elif (declaration) @definition)]
(ERROR (declaration) @definition)

[(compound_statement) (for_statement) (if_statement) (while_statement) (switch_statement) (do_statement)] @block

; Whatever a declarator names is bound where it stands; at the top of a file, and in a class, that says nothing.
(_ declarator: (identifier) @local @skip)
(parenthesized_declarator (identifier) @local @skip)
(function_declarator declarator: (identifier) @skip)
(compound_statement (declaration) @declared)
(for_statement initializer: (declaration) @declared)
(preproc_if (declaration) @declared)
(preproc_ifdef (declaration) @declared)

(assignment_expression left: [(identifier) (field_expression)] @written)
(update_expression argument: [(identifier) (field_expression)] @written)

(struct_specifier name: (type_identifier) @skip body: (_))
(union_specifier name: (type_identifier) @skip body: (_))
(enum_specifier name: (type_identifier) @skip body: (_))
(_ declarator: (type_identifier) @skip)
(parenthesized_declarator (type_identifier) @skip)
(enumerator name: (identifier) @skip)
(preproc_def name: (identifier) @skip)
(preproc_function_def name: (identifier) @skip)
(preproc_params (identifier) @skip)
(attribute_specifier (argument_list (identifier) @skip))
(field_designator (field_identifier) @designator)
(preproc_arg) @macro

(preproc_include) @import
