# Division by a dense filter, float32: lfilter_bench.py N WEIGHTS... prints milliseconds, the least of three.
import sys
import time

import numpy
from scipy.signal import lfilter

n, weights = int(sys.argv[1]), [float(a) for a in sys.argv[2:]]
t = numpy.arange(n)
x = ((t * 7919) % 2003 / 1000 - 1).astype(numpy.float32)
one, a = numpy.ones(1, numpy.float32), numpy.array([1, *weights], numpy.float32)
times = []
for run in range(4):
    start = time.perf_counter()
    y = lfilter(one, a, x)
    times.append(1000 * (time.perf_counter() - start))
print(min(times[1:]), y[-1])
