"""Writes golden cases for the layer and its gradients, computed by PyTorch, as JSON:

    /usr/bin/python3 test/golden/make_torch.py > test/golden/torch.json

Every result is that of torch.nn.functional.conv1d, conv2d, conv3d or their transposes, and every gradient that of its autograd, in
float64 or complex128, from the very values that are written. Data is random, from one seed, and rounded to hundredths, which keeps the file
short; results are written to 15 digits. Complex data is interleaved. Asymmetric padding, and padding modes other than zeros, are padded by
torch.nn.functional.pad beforehand, as torch.nn.ConvNd does.
"""
import json

import torch
from torch.nn import functional

SEED = 20240301
generator = torch.Generator().manual_seed(SEED)
forward = [functional.conv1d, functional.conv2d, functional.conv3d]
transpose = [functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d]
pad_modes = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
cases = []


def random(shape, dtype):
    parts = (*shape, 2) if dtype == torch.complex128 else shape
    values = torch.round(torch.randn(parts, generator=generator, dtype=torch.float64) * 100) / 100
    return torch.view_as_complex(values) if dtype == torch.complex128 else values


def layer(name, x, weight, bias=False, complex=False, paddingMode="zeros", padding=0, **options):
    """conv of random arrays of shapes x and weight, and all its gradients for a random gradient of its result."""
    dtype = torch.complex128 if complex else torch.float64
    arrays = {"x": random(x, dtype), "weight": random(weight, dtype)}
    if bias:
        arrays["bias"] = random(weight[:1], dtype)
    leaves = {key: value.clone().requires_grad_() for key, value in arrays.items()}
    given = leaves["x"]
    by_hand = paddingMode != "zeros" or (isinstance(padding, list) and isinstance(padding[0], list))
    if by_hand:
        pairs = [p if isinstance(p, list) else [p, p] for p in (padding if isinstance(padding, list) else [padding] * (len(x) - 2))]
        given = functional.pad(given, [n for pair in reversed(pairs) for n in pair], pad_modes[paddingMode])
    torch_options = {**options, **({} if by_hand else {"padding": padding})}
    y = forward[len(x) - 3](given, leaves["weight"], leaves.get("bias"), **torch_options)
    grad = random(y.shape, dtype)
    y.backward(grad)
    save("conv", name, {**options, "padding": padding, "paddingMode": paddingMode}, {**arrays, "grad": grad}, {
        "result": y.detach(),
        **{f"{key} gradient": leaf.grad for key, leaf in leaves.items()},
    })


def transposed(name, x, weight, bias=False, groups=1, **options):
    arrays = {"x": random(x, torch.float64), "weight": random(weight, torch.float64)}
    if bias:
        arrays["bias"] = random([weight[1] * groups], torch.float64)
    renamed = {"output_padding" if key == "outputPadding" else key: value for key, value in options.items()}
    y = transpose[len(x) - 3](arrays["x"], arrays["weight"], arrays.get("bias"), groups=groups, **renamed)
    save("convTranspose", name, {**options, "groups": groups}, arrays, {"result": y})


def save(operation, name, options, arrays, expected):
    cases.append({
        "name": name,
        "operation": operation,
        "options": options,
        "arrays": {key: written(value) for key, value in arrays.items()},
        "expected": {key: written(value, 15) for key, value in expected.items()},
    })


def written(array, digits=None):
    """Row-major numbers: exactly, or to some significant digits."""
    flat = (torch.view_as_real(array) if array.is_complex() else array).flatten().tolist()
    numbers = [float(f"{value:.{digits}g}") if digits else value for value in flat]
    return {"dtype": "complex128" if array.is_complex() else "float64", "shape": list(array.shape), "data": numbers}


def ranks():
    layer("a trace", (2, 1, 9), (1, 1, 3))
    layer("channels and bias", (2, 3, 8), (4, 3, 3), bias=True)
    layer("an image", (1, 2, 6, 7), (3, 2, 3, 2), bias=True)
    layer("a volume", (1, 2, 4, 5, 3), (2, 2, 2, 3, 2), bias=True)
    layer("one tap", (2, 3, 4, 3), (2, 3, 1, 1), bias=True)


def options():
    layer("padding", (1, 2, 7), (2, 2, 4), padding=2)
    layer("padding per axis", (1, 1, 5, 6), (2, 1, 3, 2), padding=[2, 1])
    layer("padding at one end", (1, 1, 5, 6), (1, 1, 3, 3), padding=[[2, 0], [1, 3]])
    layer("same, odd kernel", (1, 2, 6, 5), (2, 2, 3, 5), padding="same")
    layer("same, even kernel, dilated", (1, 1, 9), (2, 1, 4), padding="same", dilation=3)
    layer("valid", (1, 1, 6, 5), (1, 1, 2, 3), padding="valid")
    layer("stride", (1, 2, 11), (2, 2, 3), stride=3)
    layer("stride that leaves samples over", (1, 1, 8, 9), (2, 1, 2, 3), stride=[3, 2], padding=[1, 0])
    layer("dilation", (1, 2, 8, 7), (2, 2, 2, 3), dilation=[3, 2], padding=1)
    layer("stride and dilation", (2, 2, 6, 7, 5), (2, 2, 2, 2, 2), stride=[2, 1, 2], dilation=[2, 3, 1], padding=[1, 2, 0])
    layer("groups", (2, 4, 7), (6, 2, 3), groups=2, bias=True)
    layer("depthwise", (1, 3, 5, 5), (3, 1, 3, 3), groups=3, padding=1, bias=True)
    layer("depthwise, two outputs a channel", (1, 2, 4, 4, 4), (4, 1, 2, 2, 2), groups=2, stride=2)
    layer("everything", (2, 4, 7, 8), (6, 2, 3, 2), stride=[2, 3], dilation=[1, 2], padding=[2, 1], groups=2, bias=True)


def modes():
    for mode in ["reflect", "replicate", "circular"]:
        layer(mode, (1, 2, 7), (2, 2, 4), padding=3, paddingMode=mode)
        layer(mode, (1, 2, 4, 5), (2, 2, 3, 3), padding=[[2, 1], [1, 3]], paddingMode=mode, bias=True)
        layer(f"{mode}, strided", (1, 1, 4, 3, 4), (2, 1, 3, 2, 2), padding=1, paddingMode=mode, stride=2)


def complex_numbers():
    layer("complex", (2, 2, 6), (2, 2, 3), complex=True, padding=1)
    layer("complex, every option", (1, 2, 6, 5), (4, 1, 2, 3), complex=True, padding=[1, 2], stride=[2, 1], dilation=[2, 1], groups=2)


def transposes():
    transposed("a trace", (1, 2, 5), (2, 3, 3), bias=True)
    transposed("stride", (1, 2, 4), (2, 1, 3), stride=2)
    transposed("output padding", (1, 2, 4, 3), (2, 2, 3, 2), stride=[3, 2], padding=[1, 0], outputPadding=[2, 1], bias=True)
    transposed("groups", (2, 4, 3, 4), (4, 2, 2, 3), groups=2, padding=[0, 1], bias=True)
    transposed("dilation", (1, 1, 4, 3), (1, 2, 3, 2), dilation=[2, 3], outputPadding=[1, 2], padding=1)
    transposed("a volume", (1, 2, 3, 2, 3), (2, 2, 2, 3, 2), stride=2, padding=[0, 1, 0], outputPadding=1)


if __name__ == "__main__":
    for section in (ranks, options, modes, complex_numbers, transposes):
        section()
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in cases)
    print(f'{{"torch":"{torch.__version__}","seed":{SEED},"cases":[\n{rows}\n]}}')
