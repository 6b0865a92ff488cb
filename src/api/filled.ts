// How many of a kernel's taps are not zero. Strips leave the others out, so for stencils, of few taps far apart, they are worth more than their shape says.
import { gpuDataOf } from "../backends/webgpu/gpuData.js";
import { isComplex } from "../ndarray.js";
import type { Operand } from "../problem/problem.js";

/** Larger kernels are not looked at, at a nanosecond a number. */
const MOST = 2 ** 14;

/** The part of its taps that are not zero, rounded up to a power of two, so that similar kernels have one decision. */
export function filledPart({ view }: Operand): number {
  const { data, offset, shape, stride, dtype } = view;
  const size = shape.reduce((n, m) => n * m, 1);
  if (size > MOST || size === 0 || gpuDataOf(view)) return 1;
  const parts = isComplex(dtype) ? 2 : 1;
  let taps = 0;
  const walk = (d: number, element: number): void => {
    if (d < shape.length) {
      for (let i = 0; i < (shape[d] as number); i++) walk(d + 1, element + i * (stride[d] as number));
      return;
    }
    if (data[parts * element] !== 0 || (parts === 2 && data[parts * element + 1] !== 0)) taps++;
  };
  walk(0, offset);
  return 2 ** Math.ceil(Math.log2(Math.max(taps, 1) / size));
}
