// What computes on a GPU: shaders, and what runs them. Loaded once there is a GPU, so that machines without one never load it.
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Control, Executable, Outcome, Output } from "../backend.js";
import { Direct } from "./direct.js";
import type { Gpu } from "./gpu.js";
import { Separable } from "./separable.js";
import { Spectral } from "./spectral.js";
import { Survivor } from "./survivor.js";
import { clearUncomputed } from "./transfer.js";

export { Gpu } from "./gpu.js";
export { memoryOf } from "./memory.js";

/** An executable that outlives its GPU; `acquire` gives the one in use, or the next. */
export const prepareOn = (acquire: () => Promise<Gpu>, plan: Plan, kernel: Operand): Promise<Executable> =>
  Survivor.create(acquire, build, plan, kernel);

async function build(gpu: Gpu, plan: Plan): Promise<Executable> {
  const { run } = plan;
  switch (run.kind) {
    case "spectral":
      return Spectral.create(gpu, plan, run);
    case "strip":
    case "rows":
      return Direct.create(gpu, plan, run.taps);
    case "tiles":
      throw new Error("a plan of tiles is not for this backend: it says so in its BackendInfo");
    case "zero":
      return new Zero(gpu, plan);
    case "separable":
      return new Separable(gpu, run.between, await Promise.all(run.passes.map((pass) => build(gpu, pass))));
    default:
      return run satisfies never;
  }
}

/** Nothing meets: all outputs are zero. */
class Zero implements Executable {
  readonly overlaps = true;

  constructor(
    private readonly gpu: Gpu,
    private readonly plan: Plan,
  ) {}

  async run(_signal: Operand, out: Output, _control: Control): Promise<Outcome> {
    clearUncomputed(this.gpu, this.plan, out);
    return "done";
  }

  setKernel(): void {}
  dispose(): void {}
}
