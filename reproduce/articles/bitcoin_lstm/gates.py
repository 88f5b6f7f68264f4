"""What the text says of gates, put to its own cell: values of ours by their names in claims.toml."""

NAMES = (
    "kept_change",
    "kept_change_of_equations",
    "forgotten_left",
    "forgotten_c_left",
    "admitted_by_output_gate",
    "readings_outside",
    "prediction_without_h",
)
