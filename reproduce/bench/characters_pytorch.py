"""The Macbeth network in PyTorch: `nn.LSTM` of two layers and its fused Adam, as a PyTorch user would write them."""

from __future__ import annotations

import numpy as np
import torch

from reproduce.bench.characters import CharProblem
from reproduce.bench.process import Train
from reproduce.inputs.text import scale
from reproduce.networks.characters.weights import CharWeights

EPSILON = 1e-7  # of Keras's Adam


def build(problem: CharProblem, threads: int) -> Train:
    """Put the problem's weights into `nn.LSTM` and `nn.Linear`, with `threads` for an operation.

    Dropout draws other units than Keras's. `nn.LSTM` adds two biases; the second stays at zero, or the bias would move
    twice as fast. PyTorch's Adam adds ε to √v after the bias correction, Keras's before it; only gradients as small as
    ε can tell.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(problem.seed)
    network = CharNetwork(problem.network.hidden, problem.characters, problem.network.dropout)
    network.take(problem.weights)
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=problem.network.learning_rate, eps=EPSILON, fused=True)
    inputs = torch.from_numpy(scale(problem.inputs, problem.characters))  # (steps, batch, window, 1)
    targets = torch.from_numpy(problem.targets.astype(np.int64))

    def train_batch(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(network(x), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    def train_epoch() -> float:
        return torch.stack([train_batch(x, y) for x, y in zip(inputs, targets, strict=True)]).mean().item()

    return lambda epochs: [train_epoch() for _ in range(epochs)]


class CharNetwork(torch.nn.Module):
    """LSTM → dropout → LSTM, its last output → dropout → logits."""

    def __init__(self, hidden: int, characters: int, dropout: float) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(1, hidden, num_layers=2, dropout=dropout, batch_first=True)
        self.dropout = torch.nn.Dropout(dropout)
        self.output = torch.nn.Linear(hidden, characters)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h, _ = self.lstm(x)  # (batch, window, hidden)
        return self.output(self.dropout(h[:, -1]))

    def take(self, w: CharWeights) -> None:
        """Take over Keras's weights; its gates stand in PyTorch's order, i f g o."""
        lstm, output = self.lstm, self.output
        values = {
            lstm.weight_ih_l0: w.kernel_1.T,  # (4·hidden, 1)
            lstm.weight_hh_l0: w.recurrent_1.T,  # (4·hidden, hidden)
            lstm.bias_ih_l0: w.bias_1,
            lstm.bias_hh_l0: np.zeros_like(w.bias_1),
            lstm.weight_ih_l1: w.kernel_2.T,
            lstm.weight_hh_l1: w.recurrent_2.T,
            lstm.bias_ih_l1: w.bias_2,
            lstm.bias_hh_l1: np.zeros_like(w.bias_2),
            output.weight: w.kernel_out.T,  # (characters, hidden)
            output.bias: w.bias_out,
        }
        with torch.no_grad():
            for parameter, value in values.items():
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))
        for bias in (lstm.bias_hh_l0, lstm.bias_hh_l1):
            bias.requires_grad_(False)
