"""Character by character: a text, its samples, the two-layer network that learns them and what it writes."""
