"""How much scipy.signal.choose_conv_method loses, on the problems of bench/results/evaluation.jsonl that it covers: one signal, one kernel.

python3 bench/native/choose_conv.py, after npm run bench:evaluate. SciPy has two ways, so the best of the two is what its choice is held against.
"""
import json
import math
import time

import numpy as np
from scipy import signal

ROUNDS = 5
# Direct sums are predicted to take a nanosecond each; what would take longer, s, counts as that.
SLOW = 2.0


def mode_of(axes):
    """The mode of a problem's window; None if the axes disagree."""
    for mode, window in (
        ("full", lambda x, w: (0, x + w - 1)),
        ("same", lambda x, w: ((w - 1) // 2, x)),
        ("valid", lambda x, w: (w - 1, x - w + 1)),
    ):
        if all((axis["lo"], axis["count"]) == window(axis["x"], axis["w"]) for axis in axes):
            return mode
    return None


def time_of(x, w, mode, method):
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        signal.convolve(x, w, mode, method)
        times.append(time.perf_counter() - start)
    return sorted(times)[ROUNDS // 2]


def report(title, losses):
    losses = sorted(losses)
    mean = math.exp(sum(map(math.log, losses)) / len(losses))
    at = lambda part: losses[int(part * (len(losses) - 1))]
    print(f"{title:44} {mean:.3f}x, 95th percentile {at(0.95):.2f}, worst {at(1):.2f}, of {len(losses)}")


def main():
    random = np.random.default_rng(1)
    losses = {"choose_conv_method": [], "always fft": [], "always direct": []}
    for line in open("bench/results/evaluation.jsonl"):
        problem = json.loads(line)["problem"]
        mode = mode_of(problem["axes"])
        if mode is None or problem["batch"] * problem["cin"] * problem["cout"] > 1:
            continue
        dtype = np.float32 if problem["precision"] == "f32" else np.float64
        x = random.random([axis["x"] for axis in problem["axes"]]).astype(dtype)
        w = random.random([axis["w"] for axis in problem["axes"]]).astype(dtype)
        sums = 1e-9 * w.size * math.prod(axis["count"] for axis in problem["axes"])
        times = {
            "fft": time_of(x, w, mode, "fft"),
            "direct": time_of(x, w, mode, "direct") if sums < SLOW else sums,
        }
        best = min(times.values())
        losses["choose_conv_method"].append(times[signal.choose_conv_method(x, w, mode)] / best)
        losses["always fft"].append(times["fft"] / best)
        losses["always direct"].append(times["direct"] / best)
    for title, found in losses.items():
        report(f"scipy, {title}", found)


main()
