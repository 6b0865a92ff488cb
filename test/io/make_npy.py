#!/usr/bin/env python3
"""Writes npy.json: .npy files made by NumPy itself, with what they hold. Run it by hand; the tests only read its output.

    python3 test/io/make_npy.py
"""
import base64
import io
import json
import os

import numpy as np
from numpy.lib import format as npy


def file_of(array, version=(1, 0)):
    buffer = io.BytesIO()
    npy.write_array(buffer, array, version=version)
    return base64.b64encode(buffer.getvalue()).decode()


def number(value):
    """JSON has no NaN and no infinities: those become strings that JavaScript's Number() reads."""
    value = float(value)
    return value if np.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]


def values_of(array):
    """The elements in row-major order, a complex one as two numbers."""
    flat = array.ravel(order="C")
    parts = np.stack([flat.real, flat.imag], axis=-1).ravel() if array.dtype.kind == "c" else flat
    return [number(value) for value in parts]


def sample(dtype):
    """2 x 3 elements with the dtype's extremes."""
    dtype = np.dtype(dtype)
    kind = dtype.kind
    if kind in "iu":
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        return np.array([[low, high, 1], [2, 3, high // 3]], dtype)
    real = np.finfo(dtype)
    values = np.array([[np.nan, np.inf, -0.0], [real.smallest_subnormal, real.max, -1.1]])
    array = values.astype(dtype)
    if kind == "c":
        array.imag = [[1, -2, np.inf], [3, 0.1, real.tiny]]
    return array


def record(name, array, version=(1, 0)):
    return {
        "name": name,
        "descr": npy.dtype_to_descr(array.dtype),
        "version": version[0],
        "shape": list(array.shape),
        "values": values_of(array),
        "file": file_of(array, version),
    }


dtypes = ["i1", "u1", "i2", "u2", "i4", "u4", "f2", "f4", "f8", "c8", "c16"]
read = []
for code in dtypes:
    for sign in "<>" if code not in ("i1", "u1") else "|":
        for order in "CF":
            array = np.asarray(sample(code).astype(sign + code), order=order)
            read.append(record(f"{sign}{code} {order}", array))
for version in [(2, 0), (3, 0)]:
    read.append(record(f"version {version[0]}", sample("<f4"), version))
read.append(record("one axis", np.arange(5, dtype="<f8")))
read.append(record("five axes", np.arange(72, dtype="<i2").reshape(2, 3, 1, 3, 4)))
read.append(record("five axes, Fortran order", np.asfortranarray(np.arange(72, dtype=">i2").reshape(2, 3, 1, 3, 4))))
read.append(record("no axes", np.array(7.5, dtype="<f8")))
read.append(record("an empty axis", np.zeros((3, 0, 2), dtype="<f4")))

halves = np.array([0x0001, 0x03FF, 0x0400, 0x3555, 0x3BFF, 0x3C00, 0x3C01, 0x7BFF, 0x8001, 0xC000, 0xFBFF], dtype="<u2")
read.append(record("halves", halves.view("<f2")))

refused = {
    "int64": np.arange(3),
    "uint64": np.arange(3, dtype="<u8"),
    "int64, big-endian": np.arange(3, dtype=">i8"),
    "bool": np.array([True, False]),
    "object": np.array([{"a": 1}, None]),
    "bytes": np.array([b"abc"]),
    "text": np.array(["abc"]),
    "void": np.array([b"abc"], dtype="V3"),
    "datetime64": np.array(["2020-01-01"], dtype="M8[D]"),
    "timedelta64": np.array([1], dtype="m8[s]"),
    "longdouble": np.array([1], dtype=np.longdouble),
    "clongdouble": np.array([1], dtype=np.clongdouble),
    "structured": np.array([(1, 2)], dtype=[("a", "<f4"), ("b", "<i4")]),
}

target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "npy.json")
with open(target, "w") as out:
    lines = lambda records: ",\n".join("    " + json.dumps(r) for r in records)
    out.write('{\n  "numpy": %s,\n' % json.dumps(np.__version__))
    out.write('  "read": [\n%s\n  ],\n' % lines(read))
    out.write('  "refused": [\n%s\n  ]\n}\n' % lines({"name": n, "file": file_of(a)} for n, a in refused.items()))
