"""Computes one matrix product by torch, into memory of its own."""
import torch


def prepare(params):
    torch.set_num_threads(params["threads"])
    m, n, k = params["m"], params["n"], params["k"]
    a = torch.rand(k, m).t() if params["transposeA"] else torch.rand(m, k)
    b = torch.rand(n, k).t() if params["transposeB"] else torch.rand(k, n)
    c = torch.empty(m, n)
    return lambda: torch.mm(a, b, out=c)
