"""Ask a port where reproduce is not installed, such as under TensorFlow 1.15. It needs NumPy alone, and any Python.

reproduce compare --questions questions.npz                  here
python answers.py questions.npz my_port.py answers.npz       there
reproduce compare --answers answers.npz                      here
"""

import runpy
import sys

import numpy as np

ARGUMENTS = {
    "windows": ["close"],
    "cell": ["weights", "x", "h", "c"],
    "predict": ["weights", "inputs"],
    "loss_and_gradients": ["weights", "inputs", "targets"],
    "train": ["weights", "inputs", "targets", "batch", "epochs"],
}
RETURNS = {
    "windows": ["inputs", "targets", "train"],
    "cell": ["h", "c"],
    "predict": ["predictions"],
    "loss_and_gradients": ["loss", "gradients"],
    "train": ["losses", "weights"],
}


def argument(questions, question, name):
    key = question + "/" + name
    if key in questions:
        return int(questions[key]) if name in ("batch", "epochs") else questions[key]
    return {k[len(key) + 1 :]: questions[k] for k in questions if k.startswith(key + "/")}


def answer(questions, port):
    """All that the port has a function for."""
    answers = {"hidden": questions["hidden"]}
    for question in sorted(key[: -len("/function")] for key in questions if key.endswith("/function")):
        function = str(questions[question + "/function"])
        if not callable(port.get(function)):
            continue
        returned = port[function](*[argument(questions, question, name) for name in ARGUMENTS[function]])
        parts = [returned] if len(RETURNS[function]) == 1 else returned
        for name, part in zip(RETURNS[function], parts):  # noqa: B905, old Pythons have no `strict`
            named = {"/" + k: part[k] for k in part} if isinstance(part, dict) else {"": part}
            # Copies, as the port may use its arrays again for the next answer.
            answers.update({question + "/" + name + k: np.array(named[k]) for k in named})
    return answers


if __name__ == "__main__":
    asked, path, out = sys.argv[1:]
    np.savez(out, **answer(dict(np.load(asked)), runpy.run_path(path)))
