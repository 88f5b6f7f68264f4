"""Both networks in PyTorch: `nn.LSTM`, `nn.Linear` and its fused Adam, as a PyTorch user would write them.

PyTorch's Adam adds ε to √v after the bias correction, TF1's and Keras's before it; only gradients as small as ε can
tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch.nn import functional

from reproduce.bench.problem import Problem
from reproduce.bench.process import Train
from reproduce.inputs.text import scale
from reproduce.networks.adam import KERAS_EPSILON


def train_prices(problem: Problem, threads: int) -> Train:
    """The Bitcoin network, described wiring, with `threads` for an operation."""
    torch.set_num_threads(threads)
    network = Network([problem.gates_beside()], (problem.weights["W_hy"], problem.weights["b_y"]))
    optimizer = torch.optim.Adam(network.trained(), lr=problem.variant.learning_rate, fused=True)
    return _train(network, optimizer, functional.mse_loss, problem.inputs, problem.targets)


def train_characters(problem: Problem, threads: int) -> Train:
    """The Macbeth network, with `threads` for an operation; dropout draws other units than Keras's."""
    torch.set_num_threads(threads)
    torch.manual_seed(problem.seed)
    w, settings = problem.weights, problem.variant
    layers = [(w.kernel_1, w.recurrent_1, w.bias_1), (w.kernel_2, w.recurrent_2, w.bias_2)]
    network = Network(layers, (w.kernel_out, w.bias_out), settings.dropout)
    optimizer = torch.optim.Adam(network.trained(), lr=settings.learning_rate, eps=KERAS_EPSILON, fused=True)
    inputs = scale(problem.inputs, problem.characters)  # (steps, batch, window, 1)
    return _train(network, optimizer, functional.cross_entropy, inputs, problem.targets.astype(np.int64))


class Network(torch.nn.Module):
    """LSTM layers with dropout after each, and of the last one's last output a linear layer."""

    def __init__(
        self,
        layers: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]],
        output: tuple[np.ndarray, np.ndarray],
        dropout: float = 0.0,
    ) -> None:
        """Take over weights.

        Args:
            layers: W_x (features, 4·hidden), W_h (hidden, 4·hidden) and b (4·hidden,) of each, gates i f g o.
            output: W (hidden, outputs) and b (outputs,).
        """
        super().__init__()
        hidden, outputs = output[0].shape
        self.lstm = torch.nn.LSTM(1, hidden, len(layers), dropout=dropout, batch_first=True)
        self.dropout = torch.nn.Dropout(dropout)
        self.output = torch.nn.Linear(hidden, outputs)
        for parameters, (W_x, W_h, b) in zip(self.lstm.all_weights, layers, strict=True):
            _fill(parameters, (W_x.T, W_h.T, b, np.zeros_like(b)))
            parameters[3].requires_grad_(False)  # a second bias: it stays at zero, or the bias would move twice as fast
        _fill((self.output.weight, self.output.bias), (output[0].T, output[1]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, window, 1) to (batch, outputs)."""
        h, _ = self.lstm(x)  # (batch, window, hidden)
        return self.output(self.dropout(h[:, -1]))

    def trained(self) -> list[torch.nn.Parameter]:
        """All parameters but the second biases."""
        return [parameter for parameter in self.parameters() if parameter.requires_grad]


def _fill(parameters: Sequence[torch.nn.Parameter], values: Sequence[np.ndarray]) -> None:
    with torch.no_grad():
        for parameter, value in zip(parameters, values, strict=True):
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))


def _train(
    network: Network,
    optimizer: torch.optim.Optimizer,
    loss_of: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    inputs: np.ndarray,  # (steps, batch, window, 1)
    targets: np.ndarray,  # (steps, batch, …)
) -> Train:
    batches = list(zip(torch.from_numpy(inputs), torch.from_numpy(targets), strict=True))

    def train_batch(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(network(x), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    def train_epoch() -> float:
        return torch.stack([train_batch(x, y) for x, y in batches]).mean().item()

    return lambda epochs: [train_epoch() for _ in range(epochs)]
