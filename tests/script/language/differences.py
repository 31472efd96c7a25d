"""What is not as PyTorch has it, program by program, and why. `test_language.py` holds that nothing else differs, and that all of this does."""

# ruff: noqa

INTERNAL = "PyTorch's interpreter has no case for these mixtures with complex numbers and fails with an internal assertion"
EAGER = "eager error of another class; not compiled code"
BYTES = "PyTorch prints the bytes of letters beyond ASCII wrongly"
PYTHON_OPERATOR = "PyTorch leaves the call to Python"

# programs that one of the two accepts and the other does not
DECISIONS = {
    "generated/reversed_of_tensor": PYTHON_OPERATOR + " because it knows `reversed` for tensors by accident",
    "modules/ignored_attributes": "PyTorch evaluates ignored properties while it looks for exported methods",
    "module_containers/sequential_sliced": "what a slice of a Sequential holds can be called here",
    "refinement/type_comment_variable": "PyTorch takes any type comment for the function's signature",
}

# results
RESULTS = {
    "enums/enum_is": "members of an enumeration are themselves here, as in Python",
    "generated/identical_string_string": "equal strings are one here, as in Python",
    "generated/floor_complex_tensor": EAGER,
    "generated/invert_tensor": EAGER,
    "tensor_indexing/shape_slices": "sizes and lists can be added here",
    "lists/sorted_with_nan": "NaN has no place in an order, and C++ and Python leave it in different ones",
    "jit_words/callable_object": "objects of script classes can be called here",
    "module_members/no_forward": "another class of error where a module without forward is called",
    "refinement/lower_bare_list_annotation": "a bare list can be given from Python here",
    "mathematics/complex_arithmetic": INTERNAL,
    "mathematics/complex_power": INTERNAL,
    **{
        f"generated/{name}": INTERNAL
        for name in (
            "div_int_complex div_float_complex div_complex_int div_complex_float div_complex_bool div_bool_complex power_int_complex "
            "power_complex_int equal_int_complex equal_complex_int unequal_int_complex unequal_complex_int"
        ).split()
    },
}

# schemas
SCHEMAS = {
    "calls/default_tensor": "a default tensor prints as Python prints it",
    "refinement/default_none_without_optional": "a missing tensor prints as None",
}

# the nodes of the graph
NODES = {
    "tensor_functions/function_namespaces": "functions of special, linalg and fft are called through other rows here",
    "tensor_functions/device_made": "devices made from two constants are folded here",
}

# the same nodes, but other text
TEXTS = {
    "tensor_functions/functional_images": "names of values inside interpolate",
    "jit_words/fork_several": "where constants stand in a forked graph, and numbers of values",
    "jit_words/fork_annotated": "where constants stand in a forked graph, and numbers of values",
    "jit_words/fork_method_wait": "where constants stand in a forked graph, and numbers of values",
    "tuples/named_tuple_some_defaults": "defaults of named tuples are not part of their type here",
    "everyday_models/post_process": "defaults of named tuples are not part of their type here",
    "strings/literals": BYTES,
    **{
        f"strings_bytes/{name}": BYTES
        for name in (
            "put_together filled_with_two_bytes found parts stripped replaced from_numbers half_from_number number_of_two_bytes formatted "
            "counted decoder"
        ).split()
    },
}

# programs that use what the library does not have yet; when it has it they must agree
WAITING: set[str] = set()
