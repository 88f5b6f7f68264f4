"""Widely read LSTM tutorials, rerun as they were published, held against Keras, and judged claim by claim."""
