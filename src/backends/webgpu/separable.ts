// A separable plan: pass after pass, each an executable of its own, through buffers that stay on the GPU.
//
// Only the signal is looked at before it is wound, so a number that overflows between the passes is seen in the result, which is then refused.
import { type FloatArray, rowMajor, type View } from "../../ndarray.js";
import type { Run } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Control, Executable, Outcome, Output } from "../backend.js";
import { outputOf } from "../separable.js";
import type { Gpu } from "./gpu.js";
import { GpuData } from "./gpuData.js";
import type { Lease } from "./pool.js";
import { isResident, partsOf, STORAGE, sumOf } from "./transfer.js";

export class Separable implements Executable {
  readonly overlaps = true;

  constructor(
    private readonly gpu: Gpu,
    private readonly between: Extract<Run, { kind: "separable" }>["between"],
    private readonly passes: readonly Executable[],
  ) {}

  /** The kernel must bring its factors. */
  setKernel({ factors }: Operand): void {
    if (factors?.length !== this.passes.length) throw new Error("a separable plan needs a factor for each pass");
    this.passes.forEach((pass, p) => {
      pass.setKernel(factors[p] as Operand);
    });
  }

  async run(signal: Operand, out: Output, { abort, onProgress }: Control): Promise<Outcome> {
    const lease = this.gpu.pool.lease();
    try {
      const outputs = await this.gpu.check(() =>
        this.between.map((shape) => this.arrayBetween(lease, shape, out.view)),
      );
      let x = signal;
      for (const [p, pass] of this.passes.entries()) {
        const y = outputs[p] ?? out;
        const progress = (fraction: number) => onProgress?.((p + fraction) / this.passes.length);
        if ((await pass.run(x, y, { abort, onProgress: progress })) === "refused") return "refused";
        x = y;
      }
      return isResident(out) || Number.isFinite(sumOf(out.view)) ? "done" : "refused";
    } finally {
      lease.release();
    }
  }

  dispose(): void {
    for (const pass of this.passes) pass.dispose();
  }

  /** Row-major, of shape (batch, group, axes). */
  private arrayBetween(lease: Lease, shape: readonly number[], { dtype }: View<FloatArray>): Output {
    const parts = partsOf({ dtype });
    const length = shape.reduce((n, m) => n * m, parts);
    const data = new GpuData(lease.take(4 * length, STORAGE), 0, length) as unknown as FloatArray;
    return outputOf({ data, dtype, shape: [...shape], stride: rowMajor(shape), offset: 0 });
  }
}
