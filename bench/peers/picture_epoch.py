"""Trains one shuffled epoch of a network of two convolutions, eager, two threads, channels last."""
import torch


def prepare(params):
    torch.set_num_threads(2)
    rows, batch = params["rows"], params["batchSize"]
    last = torch.channels_last
    inputs = torch.rand(rows, 1, 28, 28).to(memory_format=last)
    labels = torch.randint(0, 10, (rows,))
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1600, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    ).to(memory_format=last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    cost = nn.CrossEntropyLoss()

    def epoch():
        order = torch.randperm(rows)
        for first in range(0, rows, batch):
            index = order[first : first + batch]
            optimizer.zero_grad(set_to_none=True)
            cost(model(inputs[index]), labels[index]).backward()
            optimizer.step()

    return epoch
