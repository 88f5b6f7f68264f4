"""Correlations of ranks, which ask only whether two quantities rise together; and what a line explains of one."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata


def rank_correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Spearman's of each column of a, (n, columns), with b, (n,): (columns,); 0 where one of them never varies.

    Equal values share their mean rank.
    """
    ranks_a, ranks_b = (_centred(rankdata(values, axis=0)) for values in (a, b[:, np.newaxis]))
    products = np.sum(ranks_a * ranks_b, axis=0)
    sizes = np.sqrt(np.sum(ranks_a**2, axis=0) * np.sum(ranks_b**2, axis=0))
    return np.divide(products, sizes, out=np.zeros_like(products), where=sizes > 0)


def partial_rank_correlation(a: np.ndarray, b: np.ndarray, given: np.ndarray) -> np.ndarray:
    """That of a and b where a third quantity is held: (r_ab - r_ag r_bg) / √((1 - r_ag²) (1 - r_bg²)).

    Args:
        a: (n, columns); b and given: (n,).

    Returns:
        (columns,); 0 where a column, or b, says no more than the third does.
    """
    r_ab, r_ag = rank_correlation(a, b), rank_correlation(a, given)
    (r_bg,) = rank_correlation(b[:, np.newaxis], given)
    left = (1 - r_ag**2) * (1 - r_bg**2)
    return np.divide(r_ab - r_ag * r_bg, np.sqrt(np.maximum(left, 0)), out=np.zeros_like(r_ab), where=left > 1e-12)


def line_share(inputs: np.ndarray, outputs: np.ndarray) -> float:
    """R² of outputs, (n,), fitted by least squares on inputs, (n, columns), and a constant; 1 where they never vary."""
    matrix = np.column_stack([inputs, np.ones(len(inputs))])
    residual = outputs - matrix @ np.linalg.lstsq(matrix, outputs, rcond=None)[0]
    total = np.sum(_centred(outputs) ** 2)
    return float(1 - np.sum(residual**2) / total) if total > 0 else 1.0


def _centred(values: np.ndarray) -> np.ndarray:
    return values - values.mean(axis=0)
