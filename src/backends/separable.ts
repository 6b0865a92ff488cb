// A separable plan: pass after pass, each an executable of the backend's own, through two arrays that take turns.
//
// A number that is not finite makes every sum that it meets not finite, in each pass, so the result shows it: and is then refused,
// because which of them are infinite and which NaN is for the kernel as a whole to say. So does a sum that overflows between the passes.
import { allocate, type FloatArray, isComplex, rowMajor, type View } from "../ndarray.js";
import type { Plan, Run } from "../plan/plan.js";
import { betweenSizes } from "../plan/separable.js";
import type { Operand } from "../problem/problem.js";
import type { Output } from "./backend.js";
import { Stepped, type Steps } from "./stepped.js";

export class Separable extends Stepped {
  /** What one pass leaves to the next. */
  private between: Output[] | undefined;

  constructor(
    private readonly plan: Plan,
    private readonly shapes: Extract<Run, { kind: "separable" }>["between"],
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
    this.between ??= this.allocate();
    let x = signal;
    for (const [p, pass] of this.passes.entries()) {
      const y = this.between[p] ?? out;
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
    return isFiniteArray(out.view) ? "done" : "refused";
  }

  dispose(): void {
    this.between = undefined;
    for (const pass of this.passes) pass.dispose();
  }

  private allocate(): Output[] {
    const { precision, field } = this.plan;
    const [real, complex] =
      precision === "f32" ? (["float32", "complex64"] as const) : (["float64", "complex128"] as const);
    const dtype = field === "complex" ? complex : real;
    const turns = betweenSizes(this.shapes).map((size) => allocate([size], dtype, "what is between the passes"));
    return this.shapes.map((shape, p) =>
      outputOf({ ...(turns[p % 2] as View<FloatArray>), shape, stride: rowMajor(shape) }),
    );
  }
}

/** The role of a row-major array of shape (batch, group, axes). */
function outputOf(view: View<FloatArray>): Output {
  const [batch = 1, groups = 1] = view.shape;
  const [batchStride = 0, groupStride = 0, ...stride] = view.stride;
  const offsets = (count: number, step: number) => Array.from({ length: count }, (_, i) => i * step);
  return { view, batch: offsets(batch, batchStride), group: offsets(groups, groupStride), channel: [0], stride };
}

function isFiniteArray({ data, dtype, shape, offset }: View<FloatArray>): boolean {
  const parts = isComplex(dtype) ? 2 : 1;
  const first = parts * offset;
  const end = first + shape.reduce((product, n) => product * n, parts);
  for (let i = first; i < end; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}
