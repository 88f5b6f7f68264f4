"""What the text says of its data and its network, seen on the program: values of ours by their names in claims.toml."""

NAMES = (
    "neurons_beyond",
    "softmax_neurons",
    "distinct_neurons",
    "inputs_outside",
    "rows_not_one_hot",
    "characters_in_x",
    "x_features",
    "y_variables",
    "predictions_read",
    "built_without_sequences",
    "start_windows",
)
