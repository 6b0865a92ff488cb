# PyTorch's convolutions beside helixconv, `same`, one thread. They correlate, so the kernel is reversed beforehand.
import torch
from lines import serve

torch.set_num_threads(1)
torch.set_grad_enabled(False)


def conv(layer):
    def method(x, w):
        x = torch.from_numpy(x)
        axes = list(range(2, w.ndim) if layer else range(w.ndim))
        w = torch.from_numpy(w).flip(axes).contiguous()
        if not layer:
            x, w = x[None, None], w[None, None]
        run = [torch.nn.functional.conv1d, torch.nn.functional.conv2d, torch.nn.functional.conv3d][len(axes) - 1]
        return lambda: run(x, w, padding="same").numpy()

    return method


serve({"conv": conv(False), "layer": conv(True)})
