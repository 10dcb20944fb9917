"""Adam steps in PyTorch on the GPU: params {mode: fused | foreach, lengths, wait}; waits for the
GPU after each `wait` steps."""
import gpu  # noqa: F401
import torch


def prepare(params):
    tensors = [torch.rand(length, device="cuda") - 0.5 for length in params["lengths"]]
    for tensor in tensors:
        tensor.requires_grad_(True)
        tensor.grad = torch.rand_like(tensor) - 0.5
    mode = params["mode"]
    optimizer = torch.optim.Adam(
        tensors, lr=1e-3, fused=mode == "fused", foreach=mode == "foreach"
    )
    taken = 0

    def step():
        nonlocal taken
        optimizer.step()
        taken += 1
        if taken % params["wait"] == 0:
            torch.cuda.synchronize()

    return step
