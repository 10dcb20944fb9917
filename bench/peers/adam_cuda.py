"""Takes Adam steps in PyTorch on the GPU: params {mode: fused | foreach | graph, lengths, wait}; a graph
replays a recorded fused step. Waits for the GPU after each `wait` steps."""
import gpu  # noqa: F401
import torch


def record(optimizer):
    """Records the step as a graph, after the steps on another stream that PyTorch asks for."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            optimizer.step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        optimizer.step()
    return graph.replay


def prepare(params):
    tensors = [torch.rand(length, device="cuda") - 0.5 for length in params["lengths"]]
    for tensor in tensors:
        tensor.requires_grad_(True)
        tensor.grad = torch.rand_like(tensor) - 0.5
    mode = params["mode"]
    optimizer = torch.optim.Adam(
        tensors,
        lr=1e-3,
        fused=mode != "foreach",
        foreach=mode == "foreach",
        capturable=mode == "graph",
    )
    run = record(optimizer) if mode == "graph" else optimizer.step
    taken = 0

    def step():
        nonlocal taken
        run()
        taken += 1
        if taken % params["wait"] == 0:
            torch.cuda.synchronize()

    return step
