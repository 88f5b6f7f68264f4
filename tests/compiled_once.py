"""Let XLA compile a program once a session: TensorFlow's own cache of compiled programs, for as long as the tests run.

A small network takes milliseconds to train and more than a second to compile. Many tests compile the same program, each
for an engine of its own. What is compiled is kept under a fingerprint of the program, so a test of a changed program
still compiles it. Processes that tests start compile for themselves, unless they begin with `kept` too: their settings
of XLA may be others.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile

FOLDER = "TESTS_COMPILED"  # names the folder, to the workers that the first process starts
FLAGS = "TF_XLA_FLAGS"  # TensorFlow reads it when it starts
MUST_COMPILE = "_XlaMustCompile"


def begin():
    """Make the folder that compiled programs are kept in, and return what removes it."""
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="compiled-")
    return lambda: shutil.rmtree(os.environ[FOLDER])


@contextlib.contextmanager
def kept(patch):
    """Let TensorFlow, which must start within, keep what it compiles; `patch` is a MonkeyPatch.

    A fingerprint is of names too, and TensorFlow ends the name of a function with a running number. Here it ends with a
    hash of what the function does.
    """
    given = os.environ.get(FLAGS)
    with patch.context() as while_it_starts:
        while_it_starts.setenv(FLAGS, f"{given or ''} --tf_xla_persistent_cache_directory={os.environ[FOLDER]}")
        yield
    from tensorflow.python.eager.polymorphic_function import atomic_function
    from tensorflow.python.ops import control_flow_util_v2

    register = atomic_function.from_func_graph

    def register_by_content(name, graph, attrs, *rest, **options):
        is_part_of_a_loop = graph.name == name
        if is_part_of_a_loop or MUST_COMPILE in (attrs or {}):
            name = f"{name.rstrip('0123456789')}{_hash_of(graph, attrs)}"
        if is_part_of_a_loop:
            graph.name = name
        return register(name, graph, attrs, *rest, **options)

    patch.setattr(atomic_function, "from_func_graph", register_by_content)
    patch.setattr(control_flow_util_v2, "unique_fn_name", lambda scope, name: f"{scope}{name}_".replace("/", "_"))


def _hash_of(graph, attrs):
    """Of its operations, in order, with the names of functions that they call, and of what goes in and out."""
    definition = graph.as_graph_def()
    definition.ClearField("library")  # in any order
    ends = [tensor.name for tensor in (*graph.inputs, *graph.outputs)], [op.name for op in graph.control_outputs]
    given = sorted((key, str(value)) for key, value in (attrs or {}).items())
    return hashlib.sha256(definition.SerializeToString(deterministic=True) + repr((ends, given)).encode()).hexdigest()
