// The plan of a problem in which no samples meet: every output is zero.
import { isComplex } from "../ndarray.js";
import type { Operand } from "../problem/problem.js";
import type { Output } from "./backend.js";
import { Stepped, type Steps } from "./stepped.js";

export class Zero extends Stepped {
  *steps(_signal: Operand, out: Output): Steps {
    clear(out);
    yield 1;
    return "done";
  }
  setKernel(): void {}
  dispose(): void {}
}

/** Fills a result with zeros. */
export function clear({ view }: Output): void {
  const parts = isComplex(view.dtype) ? 2 : 1;
  const size = view.shape.reduce((product, n) => product * n, parts);
  view.data.fill(0, view.offset * parts, view.offset * parts + size);
}
