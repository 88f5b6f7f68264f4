"""What the text means by its terms, and what they are in its program: values of ours by their names in claims.toml."""

NAMES = (
    "weights_of_the_chain",
    "joined_difference",
    "graph_lengths",
    "equation_lengths",
    "updates_an_epoch",
    "update_methods",
    "units_built",
    "windows_in_a_step",
    "window_1_shape",
    "window_1_start",
)
