// The js backend: the reference. Straight from the formulas, float64 inside, everywhere available.
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Backend, BackendInfo, Executable } from "../backend.js";
import { Separable } from "../separable.js";
import type { Stepped } from "../stepped.js";
import { Zero } from "../zero.js";
import { Direct } from "./direct.js";
import { filterStrips } from "./filter.js";
import { Spectral } from "./spectral.js";

/** Typed arrays end at 2^32 or so elements; a machine's memory ends sooner. */
const MAX_BYTES = 2 ** 34;

export function createJs(): Backend {
  return new Js();
}

class Js implements Backend {
  readonly name = "js";

  describe(): BackendInfo {
    return {
      name: this.name,
      available: true,
      detail: "plain JavaScript, float64",
      maxBytes: MAX_BYTES,
      maxHelix: Number.MAX_SAFE_INTEGER,
      maxBuffer: MAX_BYTES,
      maxLength: Number.MAX_SAFE_INTEGER,
      threads: 1,
      simd: false,
      layers: true,
      float64: true,
    };
  }

  async prepare(plan: Plan, kernel: Operand): Promise<Executable> {
    return this.prepareSync(plan, kernel);
  }

  prepareSync(plan: Plan, kernel: Operand): Executable {
    const executable = build(plan);
    executable.setKernel(kernel);
    return executable;
  }

  filterSync = filterStrips;

  dispose(): void {}
}

function build(plan: Plan): Stepped {
  const { run } = plan;
  switch (run.kind) {
    case "spectral":
      return new Spectral(plan, run);
    case "strip":
    case "tiles":
    case "rows":
      return new Direct(plan);
    case "zero":
      return new Zero();
    case "separable":
      return new Separable(run.between, run.passes.map(build));
    default:
      return run satisfies never;
  }
}
