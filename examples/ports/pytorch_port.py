"""A port that is right but for PyTorch's epsilon: its Adam adds it in another place.

reproduce compare examples/ports/pytorch_port.py --wiring described
"""

import numpy as np
import torch

from reproduce.networks.ports import layouts


class Network(torch.nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.cell, self.output = torch.nn.LSTMCell(1, hidden), torch.nn.Linear(hidden, 1)
        self.cell.bias_hh.requires_grad = False  # the program has one bias a gate

    def forward(self, inputs):
        h = c = torch.zeros(len(inputs), self.cell.hidden_size)
        for day in inputs.unbind(dim=1):
            h, c = self.cell(day, (h, c))
        return self.output(h)


def network(weights):
    model = Network(len(weights["b_i"]))
    model.load_state_dict({name: tensor(array) for name, array in layouts.to_pytorch(weights).items()})
    return model


def tensor(array):
    return torch.tensor(np.asarray(array), dtype=torch.float32)


def predict(weights, inputs):
    with torch.no_grad():
        return network(weights)(tensor(inputs))


def train(weights, inputs, targets, batch, epochs):
    model = network(weights)
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.001)
    losses = []
    for _ in range(epochs):
        losses.append([])
        for k in range(0, len(inputs) - batch + 1, batch):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(model(tensor(inputs[k : k + batch])), tensor(targets[k : k + batch]))
            loss.backward()
            optimizer.step()
            losses[-1].append(loss.item())
    return losses, layouts.from_pytorch({name: p.detach().numpy() for name, p in model.named_parameters()})
