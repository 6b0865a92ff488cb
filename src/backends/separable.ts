// A separable plan: pass after pass, each an executable of the backend's own, through an array and the output, which take turns.
//
// A number that is not finite makes every sum that it meets not finite, in each pass, so the result shows it: it is then refused, because
// which of them are infinite and which NaN is for the kernel as a whole to say. So is a sum that overflows between the passes.
import { allocate, type FloatArray, isFiniteView, rowMajor, sizeOf, type View } from "../ndarray.js";
import type { Run } from "../plan/plan.js";
import { arraysBetween } from "../plan/separable.js";
import type { Operand } from "../problem/problem.js";
import type { Output } from "./backend.js";
import { Stepped, type Steps } from "./stepped.js";

export class Separable extends Stepped {
  /** What one pass leaves to the next, where that is not the output. */
  private arrays: View<FloatArray>[] = [];

  constructor(
    private readonly between: Extract<Run, { kind: "separable" }>["between"],
    private readonly passes: readonly Stepped[],
  ) {
    super();
  }

  /** The kernel must bring its factors. */
  setKernel({ factors }: Operand): void {
    if (factors?.length !== this.passes.length) throw new Error("a separable plan needs a factor for each pass");
    this.passes.forEach((pass, p) => {
      pass.setKernel(factors[p] as Operand);
    });
  }

  *steps(signal: Operand, out: Output): Steps {
    const outputs = [...this.outputsBetween(out.view), out];
    let x = signal;
    for (const [p, pass] of this.passes.entries()) {
      const y = outputs[p] as Output;
      const steps = pass.steps(x, y);
      try {
        for (let step = steps.next(); ; step = steps.next()) {
          if (step.done && step.value === "refused") return "refused";
          if (step.done) break;
          yield (p + step.value) / this.passes.length;
        }
      } finally {
        steps.return("refused");
      }
      x = y;
    }
    return isFiniteView(out.view) ? "done" : "refused";
  }

  dispose(): void {
    this.arrays = [];
    for (const pass of this.passes) pass.dispose();
  }

  private outputsBetween(out: View<FloatArray>): Output[] {
    const { sizes, places } = arraysBetween(this.between, sizeOf(out.shape, "out"));
    if (this.arrays.length === 0)
      this.arrays = sizes.map((size) => allocate([size], out.dtype, "what is between passes"));
    return this.between.map((shape, p) => {
      const place = places[p] as number | "out";
      const { data, dtype, offset } = place === "out" ? out : (this.arrays[place] as View<FloatArray>);
      return outputOf({ data, dtype, offset, shape, stride: rowMajor(shape) });
    });
  }
}

/** The role of a row-major array of shape (batch, group, axes), as one pass leaves it to the next. */
export function outputOf(view: View<FloatArray>): Output {
  const [batch = 1, groups = 1] = view.shape;
  const [batchStep = 0, groupStep = 0, ...stride] = view.stride;
  return {
    view,
    batch: Array.from({ length: batch }, (_, b) => view.offset + b * batchStep),
    group: Array.from({ length: groups }, (_, g) => g * groupStep),
    channel: [0],
    stride,
  };
}
