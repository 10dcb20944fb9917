"""PyTorch on a GPU; where there is none the peer is absent."""
import torch

if not torch.cuda.is_available():
    raise ImportError("PyTorch sees no GPU")
