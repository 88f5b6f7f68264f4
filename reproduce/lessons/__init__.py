"""Eight lessons on low-level TensorFlow: where their texts lie, how they become notebooks, and what checks exercises.

The texts themselves are programs of their own: the folder lessons/ of the repository.
"""
