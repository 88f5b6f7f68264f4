"""What the text says of networks at large: derivatives and steps. Values of ours by their names in claims.toml."""

NAMES = (
    "days_seen",
    "vanishing_ratio",
    "thousandth_path",
)
