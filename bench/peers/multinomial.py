"""Draws as many rows by weight as there are, like WeightedRandomSampler, on two threads."""
import torch


def prepare(params):
    torch.set_num_threads(2)
    rows = params["rows"]
    weights = 1 + (torch.arange(rows, dtype=torch.float64) * 2654435761) % 1000

    def epoch():
        return torch.multinomial(weights, rows, params["replacement"])

    return epoch
