// What Deno and a browser run: a part of the case table, and larger sizes, on their own WebGPU. Resolves to a line of JSON.
import { executes } from "../../../src/backends/backend.js";
import { createWebGpu } from "../../../src/backends/webgpu/index.js";
import { convolve } from "../../../src/index.js";
import type { Problem } from "../../../src/problem/problem.js";
import { Random } from "../../random.js";
import { sampledError } from "../../sampled.js";
import { execute } from "../execute.js";
import { cases, problemOf } from "../problems.js";
import { check, plansOfEachKind } from "../table.js";

export interface Report {
  adapter: string;
  plans: number;
  /** The error of each larger problem, relative to |x| * |w|. */
  errors: Record<string, number>;
  /** Whether `auto` leaves the software adapter alone. */
  untouched: boolean;
  failures: string[];
}

export interface Task {
  /** Every so many-th case is run. */
  every: number;
  /** Signal and kernel shapes. */
  large: [number[], number[]][];
}

export async function runProgram({ every, large }: Task): Promise<Report> {
  const gpu = createWebGpu({ software: true, timeout: 30_000 });
  const report: Report = { adapter: "", plans: 0, errors: {}, untouched: false, failures: [] };
  await gpu.detect();
  report.adapter = gpu.describe().detail;
  for (const one of cases.filter((_, k) => k % every === 0))
    for (const field of ["real", "complex"] as const)
      try {
        report.plans += (
          await check(gpu, problemOf(one, "f32", field), new Random(1), one.name, "of each kind")
        ).length;
      } catch (error) {
        report.failures.push(String(error));
      }
  for (const [signal, kernel] of large) {
    const random = new Random(3);
    const size = (shape: readonly number[]) => shape.reduce((n, m) => n * m, 1);
    const [x, w] = [random.reals(size(signal)), random.reals(size(kernel))];
    const axes = signal.map((m, d) => {
      const n = kernel[d] as number;
      return { x: m, w: n, u: 1, v: 1, lo: (n - 1) >> 1, step: 1, count: m };
    });
    const problem: Problem = { ...problemOf({ name: "", axes }, "f32", "real") };
    for (const plan of plansOfEachKind(problem).filter(
      (plan) => plan.run.kind !== "rows" && executes(gpu.describe(), plan),
    )) {
      const y = await execute(gpu, problem, plan, x, w);
      const error = sampledError(
        { data: x, shape: signal },
        { data: w, shape: kernel },
        { data: y ?? [], shape: signal },
        "same",
      );
      const name = `(${signal}) * (${kernel}) ${plan.method}, ${plan.outer} outer axes`;
      report.errors[name] = error;
    }
  }
  gpu.dispose();
  const one = { data: new Float32Array(2 ** 18).fill(1), shape: [2 ** 18] };
  const two = { data: new Float32Array(999).fill(1), shape: [999] };
  report.untouched = (await convolve(one, two)).data.length === 2 ** 18 + 998;
  return report;
}
