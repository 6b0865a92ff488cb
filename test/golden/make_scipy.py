"""Writes golden cases for convolve and correlate, computed by SciPy, as JSON:

    /usr/bin/python3 test/golden/make_scipy.py > test/golden/scipy.json

Every result is SciPy's (or NumPy's, where SciPy's documentation hands over to it), computed in float64, complex128 or int64 from
the very values that are written, and written to 15 digits (9 where helixconv's is float32). None is written before it agrees with
`definition`, the direct sum. Complex data is interleaved.

Data is random, from one seed, and rounded to hundredths, which keeps the file short. `result.dtype` is what helixconv promises,
which is not always SciPy's: SciPy's integers stay integers and may overflow.
"""
import itertools
import json

import numpy as np
import scipy
from numpy import array
from scipy import linalg, ndimage, signal

SEED = 20240229
rng = np.random.default_rng(SEED)
cases = []


# ---- the direct sum --------------------------------------------------------------------------------------------------------------

def definition(operation, x, w, mode, axes):
    """out[k] = sum_j x[k - j] w[j] over `axes`; the other axes are broadcast. w has x's rank."""
    if operation == "correlate":
        w = np.conj(np.flip(w, axes))
    pairs = list(enumerate(zip(x.shape, w.shape)))
    full = np.zeros([m + n - 1 if d in axes else max(m, n) for d, (m, n) in pairs], np.result_type(x, w))
    for tap in np.ndindex(*(w.shape[a] for a in axes)):
        place, one = [slice(None)] * x.ndim, [slice(None)] * x.ndim
        for a, k in zip(axes, tap):
            place[a], one[a] = slice(k, k + x.shape[a]), slice(k, k + 1)
        full[tuple(place)] += x * w[tuple(one)]
    window = {
        "full": lambda m, n: (0, m + n - 1),
        "same": lambda m, n: ((n - 1) // 2, m),
        "valid": lambda m, n: (min(m, n) - 1, abs(m - n) + 1),
    }[mode]
    spans = {d: window(m, n) for d, (m, n) in pairs if d in axes}
    return full[tuple(slice(spans[d][0], sum(spans[d])) if d in spans else slice(None) for d in range(x.ndim))]


def spread(w, rank, axes):
    """A kernel with one axis for each of `axes`, axis k for axes[k], as one of the signal's rank."""
    if w.ndim == rank:
        return w
    return np.expand_dims(w.transpose(np.argsort(axes)), [d for d in range(rank) if d not in axes])


# ---- SciPy's ways to a result ----------------------------------------------------------------------------------------------------

def by_signal(operation, x, w, mode, axes):
    """scipy.signal.convolve and correlate; their two methods must agree."""
    function = getattr(signal, operation)
    result = function(x, w, mode, method="direct")
    assert close(function(wide(x, float), wide(w, float), mode, method="fft"), result)
    return result


def by_fftconvolve(operation, x, w, mode, axes):
    """scipy.signal.fftconvolve(axes=). SciPy has no correlate over some of the axes."""
    assert operation == "convolve"
    result = signal.fftconvolve(x, w, mode, axes)
    return np.rint(result).astype(int) if x.dtype.kind == w.dtype.kind == "i" else result


def by_slices(operation, x, w, mode, axes):
    """scipy.signal.convolve or correlate of every slice along the axes that are not convolved."""
    others = [d for d in range(x.ndim) if d not in axes]
    sizes = [max(x.shape[d], w.shape[d]) for d in others]

    def slice_of(a, index):  # an axis of size 1 is broadcast
        at = dict(zip(others, index))
        return a[tuple(at[d] % a.shape[d] if d in at else slice(None) for d in range(a.ndim))]

    slices = [by_signal(operation, slice_of(x, index), slice_of(w, index), mode, None) for index in np.ndindex(*sizes)]
    stacked = np.reshape(slices, [*sizes, *slices[0].shape])
    return np.moveaxis(stacked, range(len(others)), others)


def by_ndimage(operation, x, w, mode, axes):
    """scipy.ndimage with zeros beyond the edges is mode "same", but convolve puts the centre of an even kernel one sample later."""
    assert mode == "same"
    origin = [-1 if operation == "convolve" and n % 2 == 0 else 0 for n in w.shape]
    return getattr(ndimage, operation)(x, w, mode="constant", cval=0.0, origin=origin)


def by_ndimage_1d(operation, x, w, mode, axes):
    """scipy.ndimage.convolve1d and correlate1d."""
    assert mode == "same"
    w, axis = w.ravel(), axes[0]
    origin = -1 if operation == "convolve" and w.size % 2 == 0 else 0
    return getattr(ndimage, operation + "1d")(x, w, axis, mode="constant", cval=0.0, origin=origin)


sources = {
    by_signal: "scipy.signal.{}",
    by_fftconvolve: "scipy.signal.fftconvolve(axes=)",
    by_slices: "scipy.signal.{} of every slice",
    by_ndimage: "scipy.ndimage.{}",
    by_ndimage_1d: "scipy.ndimage.{}1d",
}


# ---- cases -----------------------------------------------------------------------------------------------------------------------

def random(shape, dtype="float64"):
    """Random integers of the whole range (int32: of 21 bits, to stay exact), or hundredths around zero."""
    if np.dtype(dtype).kind in "iu":
        low, high = (-(2**20), 2**20) if dtype == "int32" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        return rng.integers(low, high, shape, endpoint=True).astype(dtype)
    real = np.round(rng.standard_normal(shape), 2)
    return (real + 1j * np.round(rng.standard_normal(shape), 2) if dtype.startswith("complex") else real).astype(dtype)


def wide(a, integer=np.int64):
    """The same values as float64, complex128 or, for integers, int64."""
    return a.astype({"c": complex, "f": float}.get(a.dtype.kind, integer))


def close(a, b):
    return a.shape == b.shape and np.abs(a - b).max() <= 1e-13 * np.abs(b).max()


def promised_dtype(*dtypes):
    """float32 with float32 gives float32, complex likewise; everything else is float64 or complex128."""
    is_single = all(d in ("float32", "complex64") for d in dtypes)
    is_complex = any(d.startswith("complex") for d in dtypes)
    return ("complex64" if is_single else "complex128") if is_complex else ("float32" if is_single else "float64")


def case(remark, operation, mode, x, w, axes=None, by=by_signal, source=None, literal=None):
    """Adds one case. `literal` is the result that a documentation prints; then SciPy must give the same."""
    full_axes = tuple(range(x.ndim)) if axes is None else tuple(a % x.ndim for a in axes)
    operands = wide(x), spread(wide(w), x.ndim, full_axes)
    result = by(operation, *operands, mode, full_axes)
    truth = definition(operation, *operands, mode, full_axes)
    assert close(result, truth), (remark, operation, mode, x.shape, w.shape)
    if literal is not None:
        literal = wide(np.array(literal))
        assert close(result, literal), (remark, result)
        result = literal
    if x.dtype.kind in "iu" and w.dtype.kind in "iu":
        assert np.array_equal(result, truth) and np.abs(truth).max() < 2**53
    dtype = promised_dtype(x.dtype.name, w.dtype.name)
    cases.append(dict(
        name=remark, source=source or sources[by].format(operation), operation=operation, mode=mode, axes=axes,
        signal=written(x, x.dtype.name), kernel=written(w, w.dtype.name),
        result=written(result, dtype, digits=9 if dtype in ("float32", "complex64") else 15),
    ))


def each(remark, operations, modes, shapes, dtypes=("float64", "float64"), **rest):
    for operation, mode in itertools.product(operations.split(), modes.split()):
        case(remark, operation, mode, random(shapes[0], dtypes[0]), random(shapes[1], dtypes[1]), **rest)


BOTH, ALL = "convolve correlate", "full same valid"


def ranks():
    each("odd kernel", BOTH, ALL, ((12,), (5,)))
    each("even kernel", BOTH, ALL, ((11,), (6,)))
    each("equal sizes", BOTH, ALL, ((5,), (5,)))
    each("one sample", BOTH, ALL, ((1,), (1,)))
    each("odd kernel", BOTH, ALL, ((6, 7), (3, 5)))
    each("even kernel", BOTH, ALL, ((7, 6), (4, 2)))
    each("odd and even kernel", BOTH, ALL, ((4, 3, 5), (2, 3, 4)))
    each("odd and even kernel", BOTH, ALL, ((3, 2, 2, 3), (2, 2, 1, 2)))
    each("odd and even kernel", BOTH, ALL, ((2, 3, 1, 2, 2), (2, 1, 1, 2, 2)))
    each("odd and even kernel", BOTH, ALL, ((2, 2, 2, 2, 1, 3), (1, 2, 1, 2, 1, 2)))
    each("long strip", BOTH, "same", ((90,), (31,)))


def sizes():
    each("kernel larger everywhere", BOTH, ALL, ((4,), (9,)))
    each("kernel larger everywhere", BOTH, "same", ((3,), (8,)))
    each("kernel larger everywhere", BOTH, ALL, ((2, 3), (5, 6)))
    each("kernel larger everywhere", BOTH, ALL, ((2, 1, 2), (3, 3, 2)))
    each("kernel larger along one axis", BOTH, "full same", ((3, 7), (6, 2)))
    each("kernel larger along one axis", BOTH, "full same", ((5, 2, 3), (2, 5, 3)))
    each("kernel as large along one axis", BOTH, ALL, ((4, 6), (4, 3)))
    each("kernel with one tap", BOTH, ALL, ((2, 5), (1, 1)))
    each("signal with one sample", BOTH, ALL, ((1, 1), (3, 4)))
    each("axes of size 1", BOTH, "full same", ((1, 6), (4, 1)))
    each("axes of size 1", BOTH, ALL, ((1, 5, 1, 3), (1, 1, 1, 2)))


def dtypes():
    for types in (("float32", "float32"), ("complex64", "complex64"), ("float32", "complex64"), ("complex64", "float32")):
        each("single precision", BOTH, "full", ((4, 3), (3, 2)), types)
        each("single precision", BOTH, "same", ((4, 5), (2, 3)), types)
        each("single precision", BOTH, "valid", ((3, 4), (5, 4)), types)
    each("single precision", BOTH, "same", ((2, 3, 2, 3), (1, 2, 2, 3)), ("float32", "float32"))
    each("long strip", BOTH, "same", ((90,), (24,)), ("float32", "float32"))
    mixed = ("float32", "float64"), ("float64", "complex64"), ("int16", "float32"), ("int32", "complex64"), ("float64", "uint8")
    for types in mixed:
        each("mixed types", BOTH, "same", ((5, 4), (2, 3)), types)
    for types in itertools.product(("int16", "int32", "uint8"), repeat=2):
        each("integers", "convolve", "full", ((4, 3), (3, 2)), types)
        each("integers", "correlate", "same", ((4, 5), (3, 4)), types)
        each("integers", "correlate", "valid", ((4,), (7,)), types)
    each("integers", BOTH, ALL, ((30,), (8,)), ("int16", "int16"))


def conjugation():
    """correlate conjugates its second operand, whichever is complex and whichever is larger."""
    for types in (("complex128", "complex128"), ("complex128", "float64"), ("float64", "complex128")):
        each("complex", BOTH, ALL, ((6,), (4,)), types)
        each("complex", BOTH, ALL, ((3, 4), (2, 3)), types)
        each("complex, kernel larger", "correlate", ALL, ((3,), (8,)), types)
        each("complex, kernel larger", "correlate", ALL, ((2, 3), (4, 4)), types)
        each("complex, kernel larger along one axis", "correlate", "full same", ((2, 5), (4, 3)), types)
    each("complex", BOTH, "same", ((2, 3, 2, 2), (2, 1, 2, 3)), ("complex128", "complex128"))


def axes():
    each("last axis, groups", "convolve", ALL, ((3, 8), (3, 4)), axes=[1], by=by_fftconvolve)
    each("last axis, groups", "convolve", ALL, ((3, 8), (3, 4)), axes=[-1], by=by_fftconvolve)
    each("first axis, groups", "convolve", ALL, ((7, 2), (4, 2)), axes=[-2], by=by_fftconvolve)
    each("middle axis, groups", "convolve", ALL, ((2, 6, 3), (2, 3, 3)), axes=[1], by=by_fftconvolve)
    each("outer axes, groups", "convolve", ALL, ((4, 3, 5), (2, 3, 3)), axes=[0, -1], by=by_fftconvolve)
    each("axes out of order", "convolve", ALL, ((5, 2, 4), (4, 2, 2)), axes=[2, 0], by=by_fftconvolve)
    each("every axis named", "convolve", ALL, ((5, 4), (2, 3)), axes=[1, -2], by=by_fftconvolve)
    each("kernel broadcast", "convolve", ALL, ((3, 8), (1, 3)), axes=[1], by=by_fftconvolve)
    each("signal broadcast", "convolve", "full valid", ((1, 8), (3, 4)), axes=[1], by=by_fftconvolve)
    each("both broadcast", "convolve", "full valid", ((3, 1, 6), (1, 2, 4)), axes=[2], by=by_fftconvolve)
    each("batch, output and group", "convolve", "full valid", ((2, 1, 3, 5), (1, 2, 3, 2)), axes=[-1], by=by_fftconvolve)
    each("kernel larger, groups", "convolve", ALL, ((2, 3), (2, 8)), axes=[1], by=by_fftconvolve)
    each("kernel larger, kernel broadcast", "convolve", ALL, ((2, 3), (1, 6)), axes=[1], by=by_fftconvolve)
    each("kernel larger, signal broadcast", "convolve", "full valid", ((1, 3), (2, 6)), axes=[1], by=by_fftconvolve)
    each("groups", "convolve", ALL, ((2, 7), (2, 4)), ("float32", "float32"), axes=[1], by=by_fftconvolve)
    each("groups", "convolve", "same", ((2, 7), (2, 4)), ("complex128", "complex128"), axes=[1], by=by_fftconvolve)
    each("groups", "convolve", "same", ((2, 7), (2, 4)), ("int16", "uint8"), axes=[1], by=by_fftconvolve)
    each("groups", "correlate", ALL, ((3, 2, 4), (2, 2, 3)), ("complex128", "complex128"), axes=[0, 2], by=by_slices)
    each("kernel broadcast", "correlate", ALL, ((3, 8), (1, 4)), ("float64", "complex128"), axes=[-1], by=by_slices)
    # SciPy's "same" gives every axis the signal's size, and so drops what a larger kernel brings to an axis that is not convolved.
    each("signal broadcast", BOTH, "same", ((1, 10), (3, 4)), axes=[1], by=by_slices)
    each("signal broadcast", "correlate", "same", ((1, 6), (2, 3)), ("float32", "complex64"), axes=[1], by=by_slices)
    each("both broadcast", BOTH, "same", ((2, 5, 1), (1, 4, 3)), axes=[1], by=by_slices)
    # A kernel with one axis for each of `axes`, reshaped to the signal's rank for SciPy.
    each("kernel of rank 1", "convolve", ALL, ((3, 7, 2), (4,)), axes=[1], by=by_fftconvolve)
    each("kernel of rank 2", "convolve", ALL, ((4, 3, 5), (2, 3)), axes=[0, 2], by=by_fftconvolve)
    each("kernel of rank 2, axes out of order", "convolve", ALL, ((4, 2, 5), (3, 2)), axes=[-1, 0], by=by_fftconvolve)
    types = "complex128", "complex128"
    each("kernel of rank 2, axes out of order", "correlate", ALL, ((4, 2, 3), (3, 2)), types, axes=[2, 0], by=by_slices)


def images():
    each("odd kernel", BOTH, "same", ((5, 6), (3, 5)), by=by_ndimage)
    each("even kernel", BOTH, "same", ((5, 6), (2, 4)), by=by_ndimage)
    each("even kernel", BOTH, "same", ((3, 4, 2), (2, 3, 2)), by=by_ndimage)
    each("kernel larger", BOTH, "same", ((3, 2), (5, 4)), by=by_ndimage)
    each("complex", BOTH, "same", ((4, 5), (3, 2)), ("complex128", "complex128"), by=by_ndimage)
    each("complex kernel", BOTH, "same", ((4, 5), (2, 3)), ("float64", "complex128"), by=by_ndimage)
    each("first axis", BOTH, "same", ((6, 3), (3,)), axes=[0], by=by_ndimage_1d)
    each("last axis", BOTH, "same", ((3, 6), (4,)), axes=[-1], by=by_ndimage_1d)
    each("last axis, complex", "correlate", "same", ((2, 5), (4,)), ("complex128", "complex128"), axes=[1], by=by_ndimage_1d)


def documentation():
    """The examples of SciPy's docstrings, and of the NumPy functions that they refer to. Printed results are copied from there."""
    def example(function, remark, operation, mode, x, w, **rest):
        module = function.__module__.split("._")[0]
        case(remark, operation, mode, np.asarray(x), np.asarray(w), source=f"the docstring of {module}.{function.__name__}", **rest)

    example(signal.convolve, "square pulse smoothed", "convolve", "same", np.repeat([0., 1., 0.], 100), signal.windows.hann(50))
    pulses = np.repeat([0., 1., 1., 0., 1., 0., 0., 1.], 16)  # the docstring's 128, by eight
    example(signal.correlate, "matched filter", "correlate", "same", np.round(pulses + random(128), 2), np.ones(16))
    sine = np.round(np.sin(2 * np.pi * np.arange(128) / 128), 2)
    example(signal.correlate, "noisy signal with the original", "correlate", "full", np.round(sine + random(128), 2), sine)

    x = random(100)  # the docstrings' 1000 and 100 samples, by ten
    example(signal.correlation_lags, "delayed signal", "correlate", "full", x, np.concatenate([random(10), x]))
    example(signal.fftconvolve, "white noise with itself", "convolve", "full", x, x[::-1])

    original, impulse_response = [0, 1, 0, 0, 1, 1, 0, 0], [2, 1]
    recorded = array([0, 2, 1, 0, 2, 3, 1, 0, 0])
    example(signal.deconvolve, "impulse response first", "convolve", "full", impulse_response, original, literal=recorded)

    filtered = array([2., 6., -1., -12.5, 8.])
    example(linalg.convolution_matrix, "filter", "convolve", "same", [1, 2, 0, -3, 0.5], [-1, 4, -2], literal=filtered)

    a = np.array([[1, 2, 0, 0],
                  [5, 3, 0, 4],
                  [0, 0, 0, 7],
                  [9, 3, 0, 0]])
    k = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0]])
    zeros_beyond = array([[11, 10, 7, 4],
                          [10, 3, 11, 11],
                          [15, 12, 14, 7],
                          [12, 3, 7, 0]])
    example(ndimage.convolve, "zeros beyond the edges", "convolve", "same", a, k, by=by_ndimage, literal=zeros_beyond)
    ones_beyond = array([[13, 11, 8, 7],
                         [11, 3, 11, 14],
                         [16, 12, 14, 10],
                         [15, 6, 10, 5]])
    padded = np.pad(a, 1, constant_values=1)
    example(ndimage.convolve, "ones beyond the edges, padded by hand", "convolve", "valid", padded, k, literal=ones_beyond)

    plus = [[0, 1, 0],
            [1, 1, 1],
            [0, 1, 0]]
    reflected_beyond = array([[6, 10, 15, 20, 24],
                              [26, 30, 35, 40, 44],
                              [51, 55, 60, 65, 69],
                              [76, 80, 85, 90, 94],
                              [96, 100, 105, 110, 114]])
    interior = reflected_beyond[1:-1, 1:-1]
    example(ndimage.correlate, "interior", "correlate", "valid", np.arange(25).reshape(5, 5), plus, literal=interior)

    example(np.polymul, "polynomials", "convolve", "full", [1, 2, 3], [9, 5, 1], literal=array([9, 23, 38, 17, 3]))
    for mode, printed in ("full", [0., 1., 2.5, 4., 1.5]), ("same", [1., 2.5, 4.]), ("valid", [2.5]):
        example(np.convolve, "three samples", "convolve", mode, [1, 2, 3], [0, 1, 0.5], literal=printed)
    for mode, printed in ("valid", [3.5]), ("same", [2., 3.5, 3.]), ("full", [0.5, 2., 3.5, 3., 0.]):
        example(np.correlate, "three samples", "correlate", mode, [1, 2, 3], [0, 1, 0.5], literal=printed)
    one, other = [1 + 1j, 2, 3 - 1j], [0, 1, 0.5j]
    ahead = array([0.5 - 0.5j, 1.0 + 0.j, 1.5 - 1.5j, 3.0 - 1.j, 0.0 + 0.j])
    behind = array([0.0 + 0.j, 3.0 + 1.j, 1.5 + 1.5j, 1.0 + 0.j, 0.5 + 0.5j])
    example(np.correlate, "complex", "correlate", "full", one, other, literal=ahead)
    example(np.correlate, "complex, exchanged", "correlate", "full", other, one, literal=behind)


# ---- JSON ------------------------------------------------------------------------------------------------------------------------

def written(a, dtype, digits=None):
    """An array in row-major order: exactly, or to some significant digits. NumPy's int64 is written as int32."""
    flat = a.ravel()
    values = np.stack([flat.real, flat.imag], -1).ravel() if dtype.startswith("complex") else flat
    to_number = int if flat.dtype.kind in "iu" else lambda value: float(str(value) if digits is None else f"{value:.{digits}g}")
    return dict(dtype="int32" if dtype == "int64" else dtype, shape=a.shape, data=[to_number(value) for value in values])


if __name__ == "__main__":
    for section in (ranks, sizes, dtypes, conjugation, axes, images, documentation):
        section()
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in cases)
    print(f'{{"scipy":"{scipy.__version__}","numpy":"{np.__version__}","seed":{SEED},"cases":[\n{rows}\n]}}')
