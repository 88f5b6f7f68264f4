"""What a run ends with: the loss of its last epoch, and its test error."""

from __future__ import annotations

import numpy as np

from reproduce.runs.directory import Directory


def ending_of(directory: Directory, error: str = "test_rmse_usd") -> tuple[float, float]:
    """The last epoch's mean training loss, scaled units, and that test error; nan where its training diverged.

    Args:
        error: its name in metrics.json.

    Raises:
        RunError: the run is not finished.
    """
    directory.require_finished()
    metrics = directory.read_metrics()
    loss, test_error = (np.nan if metrics[name] is None else float(metrics[name]) for name in ("final_loss", error))
    return loss, test_error
