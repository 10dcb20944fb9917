"""torch.randperm on the GPU, int64 as it gives them, waited for."""
import gpu  # noqa: F401
import torch


def prepare(params):
    def run():
        torch.randperm(params["rows"], device="cuda")
        torch.cuda.synchronize()

    run()
    return run
