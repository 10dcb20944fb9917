"""Trains one shuffled epoch of the 784-128-10 network on MNIST's shape on the GPU, which holds the
data: params {mode: eager | graph, rows, batchSize}."""
import gpu  # noqa: F401
import torch


def prepare(params):
    torch.backends.cuda.matmul.allow_tf32 = False
    rows, batch = params["rows"], params["batchSize"]
    inputs = torch.rand(rows, 784, device="cuda")
    labels = torch.randint(0, 10, (rows,), device="cuda")
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)
    ).cuda()
    graph_mode = params["mode"] == "graph"
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True, capturable=graph_mode)
    cost = torch.nn.CrossEntropyLoss()
    index = torch.zeros(batch, dtype=torch.int64, device="cuda")

    def step(at):
        optimizer.zero_grad(set_to_none=True)
        cost(model(inputs[at]), labels[at]).backward()
        optimizer.step()

    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for _ in range(3):
            step(index)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    if graph_mode:
        with torch.cuda.graph(graph):
            step(index)

    def epoch():
        order = torch.randperm(rows, device="cuda")
        for first in range(0, rows, batch):
            at = order[first : first + batch]
            if graph_mode and len(at) == batch:
                index.copy_(at)
                graph.replay()
            else:
                step(at)
        torch.cuda.synchronize()

    epoch()
    return epoch
