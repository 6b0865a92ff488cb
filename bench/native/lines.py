# The protocol of native/child.ts, for Python.
#
#   open ID METHOD f32|f64 m,m,… n,n,… SIGNAL_FILE KERNEL_FILE    -> ok
#   run ID CALLS                                                   -> milliseconds, all calls together
#   write ID FILE                                                  -> ok, the last result as raw numbers
import sys
import time

import numpy

DTYPES = {"f32": numpy.float32, "f64": numpy.float64}


def serve(methods):
    """Answers requests until the input ends. methods: name -> function of (signal, kernel) that returns a function of no arguments."""
    calls, results = {}, {}
    for line in sys.stdin:
        try:
            match line.split():
                case ["open", ident, method, precision, signal, kernel, signal_file, kernel_file]:
                    dtype = DTYPES[precision]
                    x = numpy.fromfile(signal_file, dtype).reshape(shape_of(signal))
                    w = numpy.fromfile(kernel_file, dtype).reshape(shape_of(kernel))
                    calls[ident] = methods[method](x, w)
                    answer = "ok"
                case ["run", ident, count]:
                    call = calls[ident]
                    start = time.perf_counter()
                    for _ in range(int(count)):
                        result = call()
                    answer = repr(1000 * (time.perf_counter() - start))
                    results[ident] = result
                case ["write", ident, file]:
                    numpy.ascontiguousarray(results.pop(ident)).tofile(file)
                    answer = "ok"
                case _:
                    answer = f"error not understood: {line.strip()}"
        except Exception as error:
            answer = f"error {error}".replace("\n", " ")
        print(answer, flush=True)


def shape_of(text):
    return [int(n) for n in text.split(",")]
