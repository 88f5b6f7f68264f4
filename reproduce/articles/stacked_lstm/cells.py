"""What the text says of LSTM and GRU cells: values of ours by their names in claims.toml."""

NAMES = (
    "closed_input_effect",
    "tanh_reach",
    "sigmoid_reach",
    "gru_parameters",
    "lstm_parameters",
    "gru_states",
    "lstm_states",
    "first_layer_inputs",
)
