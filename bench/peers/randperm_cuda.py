"""Calls torch.randperm on the GPU, which gives int64, and waits for it."""
import gpu  # noqa: F401
import torch


def prepare(params):
    def run():
        torch.randperm(params["rows"], device="cuda")
        torch.cuda.synchronize()

    run()
    return run
