"""PCB-Merging in torch: a transcription of the formula in pcb-merging.py of github.com/duguodong7/pcb-merging
at 5897888 (Du et al., NeurIPS 2024, arXiv:2410.02396), to be timed against. Like the original it holds all task
vectors at once, as one matrix of float32, and sorts whole rows.

    pcb_reference.py OUT BASE EXPERT...      ratio 0.1, lambda 1
"""

import sys

import torch
from safetensors.torch import load_file, save_file


def clamp(x, lower, upper):
    """Cuts each row at its quantiles."""
    d = x.size(1)
    ordered, _ = torch.sort(x, dim=1)
    low = ordered[:, int(d * lower)].unsqueeze(1)
    high = ordered[:, int(d * (1 - upper) - 1)].unsqueeze(1)
    return torch.clamp(x, low, high)


def normalize(x):
    low = x.min(dim=1, keepdim=True).values
    high = x.max(dim=1, keepdim=True).values
    return (x - low) / (high - low)


def pcb(taus, ratio):
    """The merged task vector of taus [n, D]."""
    n = taus.size(0)
    magnitude = clamp(taus.abs(), 0.0001, 0.0001)
    clamped = torch.sign(taus) * magnitude
    intra = torch.exp(n * normalize(magnitude) ** 2)
    inter = torch.tanh(taus * taus.sum(dim=0))
    weight = normalize(clamp(intra * inter, 1 - ratio, 0))
    return (clamped * weight).sum(dim=0) / torch.clamp(weight.sum(dim=0), min=1e-12)


def flat(tensors):
    return torch.cat([tensors[name].reshape(-1) for name in sorted(tensors)])


def main(out, base_file, *expert_files):
    with torch.no_grad():
        base = load_file(base_file)
        theta = flat(base)
        taus = torch.vstack([flat(load_file(file)) - theta for file in expert_files])
        merged = theta + pcb(taus, 0.1)
        result, begin = {}, 0
        for name in sorted(base):
            end = begin + base[name].numel()
            result[name] = merged[begin:end].reshape(base[name].shape).clone()
            begin = end
        save_file(result, out, metadata={"format": "pt"})


main(*sys.argv[1:])
