"""Writes golden cases for divisions and applications of filters in one dimension, computed by scipy.signal.lfilter, as JSON:

    /usr/bin/python3 test/golden/make_lfilter.py > test/golden/lfilter.json

apply is lfilter(a0 [1, a_1, ...], [1], x), and divide is lfilter([1], a0 [1, a_1, ...], x), in float64 or complex128, along the last axis. Data is
random, from one seed, and rounded to hundredths; results are written to 17 digits. Filters are of minimum phase: their zeros, random, lie outside
the unit circle. Complex numbers are interleaved.
"""
import json

import numpy
from scipy.signal import lfilter

SEED = 20261124
random = numpy.random.default_rng(SEED)
cases = []


def interleaved(values):
    values = numpy.ravel(values)
    return (values.view(numpy.float64) if numpy.iscomplexobj(values) else values).tolist()


def numbers(shape, complex):
    values = random.standard_normal(shape) + (1j * random.standard_normal(shape) if complex else 0)
    return numpy.round(values, 2)


def minimum_phase(order, complex):
    """1, a_1, ... of a polynomial in z whose zeros have radii of 1.05 to 2.5; real ones come with their conjugates."""
    a = numpy.ones(1)
    while len(a) <= order:
        zero = random.uniform(1.05, 2.5) * numpy.exp(2j * numpy.pi * random.uniform())
        a = numpy.convolve(a, [1, -1 / zero])
        if not complex:
            a = numpy.convolve(a, [1, -1 / zero.conj()]).real
    return numpy.round(a, 6)


def case(name, shape, order, gap=1, complex_filter=False, complex_data=False, a0=1.0):
    a = minimum_phase(order, complex_filter)
    x = numbers(shape, complex_data or complex_filter)
    spread = numpy.zeros((len(a) - 1) * gap + 1, a.dtype)
    spread[::gap] = a
    cases.append(
        {
            "name": name,
            "shape": list(shape),
            "dtype": "complex128" if numpy.iscomplexobj(x) else "float64",
            "data": interleaved(x),
            "filter": {
                "a0": a0,
                "offsets": [[gap * (j + 1)] for j in range(len(a) - 1)],
                "coefficients": a[1:].real.tolist(),
                **({"imaginary": a[1:].imag.tolist()} if complex_filter else {}),
            },
            "applied": interleaved(lfilter(a0 * spread, [1], x)),
            "divided": interleaved(lfilter([1], a0 * spread, x)),
        }
    )


case("order 2", (100,), 2)
case("order 2 with a0", (100,), 2, a0=2.5)
case("order 8", (150,), 8)
case("order 32", (200,), 32)
case("order 4, every 60th lag", (700,), 4, gap=60)
case("order 6 on a batch", (7, 50), 6)
case("complex data", (80,), 4, complex_data=True)
case("complex filter", (80,), 4, complex_filter=True)
case("complex filter, every 30th lag", (300,), 3, gap=30, complex_filter=True, a0=0.5)

print('{"seed":%d,"cases":[\n%s\n]}' % (SEED, ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)))
