"""Takes Adam steps in PyTorch: params {mode: fused | foreach | plain, lengths}."""
import torch


def prepare(params):
    torch.set_num_threads(2)
    tensors = [torch.rand(length) - 0.5 for length in params["lengths"]]
    for tensor in tensors:
        tensor.requires_grad_(True)
        tensor.grad = torch.rand_like(tensor) - 0.5
    mode = params["mode"]
    optimizer = torch.optim.Adam(
        tensors, lr=1e-3, fused=mode == "fused", foreach=mode == "foreach"
    )
    return optimizer.step
