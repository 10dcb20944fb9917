"""Trains one shuffled epoch of the 784-128-10 network on MNIST's shape, eager, two threads."""
import torch


def prepare(params):
    torch.set_num_threads(2)
    rows, batch = params["rows"], params["batchSize"]
    inputs = torch.rand(rows, 784)
    labels = torch.randint(0, 10, (rows,))
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    cost = torch.nn.CrossEntropyLoss()

    def epoch():
        order = torch.randperm(rows)
        for first in range(0, rows, batch):
            index = order[first : first + batch]
            optimizer.zero_grad(set_to_none=True)
            cost(model(inputs[index]), labels[index]).backward()
            optimizer.step()

    return epoch
