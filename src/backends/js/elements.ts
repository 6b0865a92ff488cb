// The elements of an operand's slice, as complex numbers in float64.
import { isComplex } from "../../ndarray.js";
import type { Operand } from "../../problem/problem.js";

export interface ComplexArrays {
  re: Float64Array;
  im: Float64Array;
}

/** Calls `visit(index of each axis, element)` for all indices of some axes, the last axis fastest. */
export function forEachElement(
  sizes: readonly number[],
  stride: readonly number[],
  base: number,
  visit: (index: readonly number[], element: number) => void,
): void {
  const index = sizes.map(() => 0);
  const walk = (d: number, element: number): void => {
    if (d === sizes.length) {
      visit(index, element);
      return;
    }
    for (let i = 0; i < (sizes[d] as number); i++) {
      index[d] = i;
      walk(d + 1, element + i * (stride[d] as number));
    }
  };
  walk(0, base);
}

/** One element of an operand; `sign` is -1 where it is conjugated. */
export function readElement({ view }: Operand, element: number, sign: number): [re: number, im: number] {
  if (!isComplex(view.dtype)) return [view.data[element] as number, 0];
  return [view.data[2 * element] as number, sign * (view.data[2 * element + 1] as number)];
}

export function writeElement({ view }: Operand, element: number, re: number, im: number): void {
  const data = view.data as Float64Array;
  if (isComplex(view.dtype)) {
    data[2 * element] = re;
    data[2 * element + 1] = im;
  } else data[element] = re;
}
