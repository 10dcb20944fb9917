"""Makes the peer absent where PyTorch sees no GPU."""
import torch

if not torch.cuda.is_available():
    raise ImportError("PyTorch sees no GPU")
