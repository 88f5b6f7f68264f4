"""The described wiring in PyTorch: `nn.LSTM` and its fused Adam, as a PyTorch user would write them."""

from __future__ import annotations

import numpy as np
import torch

from reproduce.bench.problem import Problem
from reproduce.bench.process import Train

GATES = "ifgo"  # PyTorch's order


def build(problem: Problem, threads: int) -> Train:
    """Put the problem's weights into `nn.LSTM` and `nn.Linear`, with `threads` for an operation.

    `nn.LSTM` adds two biases; the second stays at zero, or the bias would move twice as fast. PyTorch's Adam adds ε to
    √v after the bias correction, TF1's before it; only gradients as small as ε can tell.
    """
    torch.set_num_threads(threads)
    lstm, output = _layers(problem)
    trained = [p for p in (*lstm.parameters(), *output.parameters()) if p.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=problem.variant.learning_rate, fused=True)
    steps, batch, window = problem.steps, problem.variant.batch, problem.variant.window
    inputs = torch.from_numpy(problem.inputs).reshape(steps, batch, window, 1)
    targets = torch.from_numpy(problem.targets).reshape(steps, batch, 1)

    def train_batch(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        h, _ = lstm(x)  # (batch, window, hidden)
        loss = torch.nn.functional.mse_loss(output(h[:, -1]), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    def train_epoch() -> float:
        return torch.stack([train_batch(x, y) for x, y in zip(inputs, targets, strict=True)]).mean().item()

    return lambda epochs: [train_epoch() for _ in range(epochs)]


def _layers(problem: Problem) -> tuple[torch.nn.LSTM, torch.nn.Linear]:
    hidden, w = problem.variant.hidden, problem.weights
    lstm, output = torch.nn.LSTM(1, hidden, batch_first=True), torch.nn.Linear(hidden, 1)
    values = {
        lstm.weight_ih_l0: np.concatenate([w[f"W_x{gate}"].T for gate in GATES]),  # (4·hidden, 1)
        lstm.weight_hh_l0: np.concatenate([w[f"W_h{gate}"].T for gate in GATES]),  # (4·hidden, hidden)
        lstm.bias_ih_l0: np.concatenate([w[f"b_{gate}"] for gate in GATES]),  # (4·hidden,)
        lstm.bias_hh_l0: np.zeros(4 * hidden, np.float32),
        output.weight: w["W_hy"].T,  # (1, hidden)
        output.bias: w["b_y"],
    }
    with torch.no_grad():
        for parameter, value in values.items():
            parameter.copy_(torch.from_numpy(value))
    lstm.bias_hh_l0.requires_grad_(False)
    return lstm, output
