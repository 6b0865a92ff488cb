# PyTorch's convolutions beside helixconv, `same`. They correlate, so the kernel is reversed beforehand.
import itertools
import time

import torch
from lines import serve
from torch.nn.functional import conv1d, conv2d, conv3d, pad

torch.set_grad_enabled(False)


def tensors(x, w, layer):
    """x and the kernel reversed, each (batch, channels, axes)."""
    x, w = torch.from_numpy(x), torch.from_numpy(w)
    w = w.flip(list(range(2, w.ndim) if layer else range(w.ndim))).contiguous()
    return (x, w) if layer else (x[None, None], w[None, None])


def threaded(run, threads):
    def call():
        torch.set_num_threads(threads)
        return run().numpy()

    return call


def conv(layer, threads=1):
    def method(x, w):
        x, w = tensors(x, w, layer)
        run = [conv1d, conv2d, conv3d][x.ndim - 3]
        return threaded(lambda: run(x, w, padding="same"), threads)

    return method


def shifted(x, taps, axes):
    """x with zeros around its first spatial axes: (batch, channels, padded axes, the last three)."""
    around = [(n - 1) // 2 for n in reversed(taps[:axes])]
    return pad(x, [0] * 6 + [n for n in around for _ in range(2)])


def tap_indices(taps):
    return list(itertools.product(*map(range, taps)))


def window(index, sizes):
    """What a tap of the first axes finds in the padded array."""
    return (slice(None), slice(None), *[slice(k, k + m) for k, m in zip(index, sizes)])


def to_batch(x, axes):
    """(batch, channels, …) with the first spatial axes among the batches, for conv3d."""
    return x.permute(0, *range(2, 2 + axes), 1, *range(2 + axes, 5 + axes)).flatten(0, axes)


def from_batch(y, batch, sizes):
    axes = len(sizes) - 3
    y = y.reshape(batch, *sizes[:axes], -1, *sizes[axes:])
    return y.permute(0, 1 + axes, *range(1, 1 + axes), *range(2 + axes, 5 + axes)).contiguous()


def in_channels(x, w):
    """The taps of the first axes become input channels of one conv3d."""
    axes = x.ndim - 5
    batch, _, *sizes = x.shape
    taps = w.shape[2:]
    indices = tap_indices(taps[:axes])
    flat_w = torch.stack([w[(slice(None), slice(None), *index)] for index in indices], 1).flatten(1, 2).contiguous()

    def run():
        padded = shifted(x, taps, axes)
        views = [padded[window(index, sizes)] for index in indices]
        flat = to_batch(torch.stack(views, 1).flatten(1, 2), axes)
        return from_batch(conv3d(flat, flat_w, padding="same"), batch, sizes)

    return run


def out_channels(x, w):
    """The taps of the first axes become output channels of one conv3d, whose results are shifted and added."""
    axes = x.ndim - 5
    batch, _, *sizes = x.shape
    taps, inner, outputs = w.shape[2:], sizes[axes:], w.shape[0]
    indices = tap_indices(taps[:axes])
    flat_w = torch.cat([w[(slice(None), slice(None), *index)] for index in indices]).contiguous()

    def run():
        parts = conv3d(to_batch(x, axes), flat_w, padding="same").reshape(batch, *sizes[:axes], len(indices), outputs, *inner)
        parts = parts.permute(1 + axes, 0, 2 + axes, *range(1, 1 + axes), *range(3 + axes, 6 + axes))
        y = torch.zeros(batch, outputs, *sizes)
        for part, index in zip(parts, indices):
            to, of = [], []
            for d, k in enumerate(index):
                lag = (taps[d] - 1) // 2 - k
                to.append(slice(max(lag, 0), sizes[d] + min(lag, 0)))
                of.append(slice(max(-lag, 0), sizes[d] + min(-lag, 0)))
            y[(slice(None), slice(None), *to)] += part[(slice(None), slice(None), *of)]
        return y

    return run


def one_by_one(x, w):
    """A conv3d for each tap of the first axes, whose results are added."""
    axes = x.ndim - 5
    batch, _, *sizes = x.shape
    taps = w.shape[2:]
    indices = tap_indices(taps[:axes])
    kernels = [w[(slice(None), slice(None), *index)].contiguous() for index in indices]

    def run():
        padded = shifted(x, taps, axes)
        y = 0
        for kernel, index in zip(kernels, indices):
            part = padded[window(index, sizes)]
            y = y + conv3d(to_batch(part, axes), kernel, padding="same")
        return from_batch(y, batch, sizes)

    return run


def composed(x, w):
    """The fastest of the ways to compose a layer of more than three axes of conv3d."""
    x, w = tensors(x, w, True)
    torch.set_num_threads(1)
    runs = [way(x, w) for way in (in_channels, out_channels, one_by_one)]

    def least(run):
        times = []
        for _ in range(4):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        return min(times)

    return threaded(min(runs, key=least), 1)


def fft(x, w):
    """The layer by torch.fft, the kernel's transform included."""
    x, w = tensors(x, w, True)
    axes = list(range(2, x.ndim))
    lengths = [m + n - 1 for m, n in zip(x.shape[2:], w.shape[2:])]
    wanted = (slice(None), slice(None), *[slice((n - 1) // 2, (n - 1) // 2 + m) for m, n in zip(x.shape[2:], w.shape[2:])])

    def run():
        spectrum = torch.fft.rfftn(x, lengths, axes)
        kernel = torch.fft.rfftn(w.flip(axes), lengths, axes)
        product = torch.einsum("bc...,oc...->bo...", spectrum, kernel)
        return torch.fft.irfftn(product, lengths, axes)[wanted].contiguous()

    return threaded(run, 1)


serve(
    {
        "conv": conv(False),
        "layer": conv(True),
        "layer-2": conv(True, 2),
        "composed": composed,
        "fft": fft,
    }
)
