// Runs a plan on a backend with dense operands laid out as the oracle's.
import type { Backend, Control, Output } from "../../src/backends/backend.js";
import { allocate, type FloatArray, rowMajor, type View, viewOf } from "../../src/ndarray.js";
import { candidates } from "../../src/plan/candidates.js";
import type { Plan } from "../../src/plan/plan.js";
import { resultDtype } from "../../src/problem/convolve.js";
import type { Operand, Problem } from "../../src/problem/problem.js";

/** Gives the first three axes of a view the roles of the primitive, in the order that its operand has them. */
function operandOf<V extends View>(view: V, order: readonly ("batch" | "group" | "channel")[]): Operand<V> {
  const offsets = (axis: number) =>
    Array.from({ length: view.shape[axis] as number }, (_, i) => i * (view.stride[axis] as number));
  const roles = { batch: [0], group: [0], channel: [0] };
  order.forEach((role, axis) => {
    roles[role] = offsets(axis);
  });
  const origin = view.offset;
  return { view, ...roles, batch: roles.batch.map((k) => k + origin), stride: view.stride.slice(3) };
}

export function plansOf(problem: Problem): Plan[] {
  return candidates(problem);
}

export interface Operands {
  signal: Operand;
  kernel: Operand;
  /** Filled with NaN. */
  out: Output;
}

/** Arrays of the problem's precision are taken as they are. */
export function operandsOf(problem: Problem, x: FloatArray, w: FloatArray): Operands {
  const { batch, groups, cin, cout, axes } = problem;
  const dtype = resultDtype(problem);
  const typed = (data: FloatArray) =>
    problem.precision === "f32" && data instanceof Float64Array ? new Float32Array(data) : data;
  const view = (data: FloatArray, shape: number[]) =>
    viewOf({ data: typed(data), shape, dtype, stride: rowMajor(shape) }, "operand");
  const signal = operandOf(view(x, [batch, groups, cin, ...axes.map((axis) => axis.x)]), ["batch", "group", "channel"]);
  const kernel = operandOf(view(w, [groups, cout, cin, ...axes.map((axis) => axis.w)]), ["group", "batch", "channel"]);
  const out = operandOf(allocate([batch, groups, cout, ...axes.map((axis) => axis.count)], dtype, "out"), [
    "batch",
    "group",
    "channel",
  ]);
  out.view.data.fill(Number.NaN);
  return { signal, kernel, out };
}

/** The output, or undefined if the plan refused the data. */
export async function execute(
  backend: Backend,
  problem: Problem,
  plan: Plan,
  x: Float64Array,
  w: Float64Array,
  control: Control = {},
): Promise<Float64Array | undefined> {
  const { signal, kernel, out } = operandsOf(problem, x, w);
  const executable = await backend.prepare(plan, kernel);
  try {
    const outcome = await executable.run(signal, out, control);
    return outcome === "done" ? Float64Array.from(out.view.data) : undefined;
  } finally {
    executable.dispose();
  }
}
