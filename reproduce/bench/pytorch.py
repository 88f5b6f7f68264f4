"""Any of the networks in PyTorch: `nn.LSTM`, `nn.Linear` and its fused Adam, as a PyTorch user would write them.

Both optimizers have ε where TF1 and Keras have it. In a large network many gradients are as small as ε, and there it
decides what is trained.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from reproduce.bench.problem import Optimizer, Problem
from reproduce.bench.process import Train


def build(threads: int, problem: Problem) -> Train:
    """The network with the problem's weights, and `threads` for an operation; dropout draws other units than Keras."""
    torch.set_num_threads(threads)
    torch.manual_seed(problem.seed)
    network = Network(problem)
    optimizer = optimizer_of(problem.optimizer, network)
    loss_of = functional.cross_entropy if problem.classes else functional.mse_loss
    targets = problem.targets.astype(np.int64) if problem.classes else problem.targets
    batches = list(zip(torch.from_numpy(problem.x), torch.from_numpy(targets), strict=True))

    def train_batch(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(network(x), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    def train_epoch() -> float:
        return torch.stack([train_batch(x, y) for x, y in batches]).mean().item()

    return lambda epochs: [train_epoch() for _ in range(epochs)]


class Network(torch.nn.Module):
    """LSTM layers with dropout after each, and of the last one's last output a linear layer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        layers, output, dropout = problem.layers, problem.output, problem.dropout
        if len({layer.W_h.shape for layer in layers}) == 1:  # one nn.LSTM may have several layers, all of a width
            self.lstms = torch.nn.ModuleList([_lstm(layers, dropout)])
        else:
            self.lstms = torch.nn.ModuleList([_lstm([layer], 0.0) for layer in layers])
        self.dropout = torch.nn.Dropout(dropout)
        self.output = torch.nn.Linear(*output.W.shape)
        _fill((self.output.weight, self.output.bias), (output.W.T, output.b))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, window, 1) to (batch, outputs)."""
        for lstm in self.lstms[:-1]:
            x = self.dropout(lstm(x)[0])  # (batch, window, hidden)
        h, _ = self.lstms[-1](x)
        return self.output(self.dropout(h[:, -1]))


def optimizer_of(optimizer: Optimizer, network: Network) -> torch.optim.Optimizer:
    """Of all parameters but the second biases."""
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return Adam(trained, optimizer) if optimizer.name == "adam" else RMSprop(trained, optimizer)


class Adam(torch.optim.Adam):
    """PyTorch's own, which adds ε to √v after the bias correction; TF1's and Keras's add it before."""

    def __init__(self, trained: Sequence[torch.nn.Parameter], optimizer: Optimizer) -> None:
        super().__init__(trained, lr=optimizer.learning_rate, betas=optimizer.decays, fused=True)
        self._settings, self._power = optimizer, 1.0

    def step(self) -> None:
        """Take one step."""
        self._power *= self._settings.decays[1]  # β₂ᵗ
        self.param_groups[0]["eps"] = self._settings.epsilon / math.sqrt(1 - self._power)
        super().step()


class RMSprop(torch.optim.Optimizer):
    """As many operations as PyTorch's own, but with ε below the root, where Keras has it, and not outside."""

    def __init__(self, trained: Sequence[torch.nn.Parameter], optimizer: Optimizer) -> None:
        super().__init__(trained, {})
        self._settings = optimizer
        self._squares = [torch.zeros_like(parameter) for parameter in trained]

    @torch.no_grad()
    def step(self) -> None:
        """Take one step."""
        (rho,), epsilon, rate = self._settings.decays, self._settings.epsilon, self._settings.learning_rate
        for w, v in zip(self.param_groups[0]["params"], self._squares, strict=True):
            v.mul_(rho).addcmul_(w.grad, w.grad, value=1 - rho)
            w.addcdiv_(w.grad, (v + epsilon).sqrt_(), value=-rate)


def _lstm(layers: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], dropout: float) -> torch.nn.LSTM:
    """Layers of one width, which have these weights."""
    features, hidden = layers[0][0].shape[0], layers[0][1].shape[0]
    lstm = torch.nn.LSTM(features, hidden, len(layers), dropout=dropout if len(layers) > 1 else 0, batch_first=True)
    for parameters, (W_x, W_h, b) in zip(lstm.all_weights, layers, strict=True):
        _fill(parameters, (W_x.T, W_h.T, b, np.zeros_like(b)))
        parameters[3].requires_grad_(False)  # a second bias: it stays at zero, or the bias would move twice as fast
    return lstm


def _fill(parameters: Sequence[torch.nn.Parameter], values: Sequence[np.ndarray]) -> None:
    with torch.no_grad():
        for parameter, value in zip(parameters, values, strict=True):
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))
