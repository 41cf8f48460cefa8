; Only in JavaScript.

(class_heritage [(identifier) (member_expression)] @inherit)
(class_body (field_definition) @field)
(formal_parameters (identifier) @declared)
(method_definition (decorator) @decorator)
(field_definition (decorator) @decorator)
