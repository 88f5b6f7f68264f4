"""Where a training stands, whichever article's: what its checkpoints hold beside the engine's state."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Progress:
    """What every training has; an article's own may have more fields. `vars` of it goes into a checkpoint."""

    losses: list[float] = field(default_factory=list)  # of each finished epoch, the mean over its batches or samples
    seconds: float = 0.0  # of training so far, in all processes that took part

    @property
    def epoch(self) -> int:
        """The number of finished epochs, which is the next epoch's number."""
        return len(self.losses)

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Progress:
        """What a checkpoint made of it; LookupError, TypeError or ValueError where these are other arrays."""
        return cls(losses=[float(loss) for loss in arrays["losses"]], seconds=float(arrays["seconds"]))
