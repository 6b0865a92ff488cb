// Runs a plan on a backend with dense operands laid out as the oracle's.
import type { Backend, Control } from "../../src/backends/backend.js";
import { allocate, rowMajor, type View, viewOf } from "../../src/ndarray.js";
import { candidates } from "../../src/plan/candidates.js";
import { passesOf } from "../../src/plan/passes.js";
import type { Plan } from "../../src/plan/plan.js";
import { resultDtype } from "../../src/problem/convolve.js";
import { factorise } from "../../src/problem/factors.js";
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

function withFactors(problem: Problem, kernel: Operand): Operand {
  const taps = passesOf(problem).map((pass) => ({ axis: pass.axis, ...pass.taps }));
  const factors = factorise(kernel, taps, problem.precision);
  if (!factors) throw new Error("the kernel is no outer product");
  return { ...kernel, factors };
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
  const { batch, groups, cin, cout, axes } = problem;
  const dtype = resultDtype(problem);
  const typed = (data: Float64Array) => (problem.precision === "f32" ? Float32Array.from(data) : data);
  const view = (data: Float64Array, shape: number[]) =>
    viewOf({ data: typed(data), shape, dtype, stride: rowMajor(shape) }, "operand");
  const signal = operandOf(view(x, [batch, groups, cin, ...axes.map((axis) => axis.x)]), ["batch", "group", "channel"]);
  const kernel = operandOf(view(w, [groups, cout, cin, ...axes.map((axis) => axis.w)]), ["group", "batch", "channel"]);
  const out = operandOf(allocate([batch, groups, cout, ...axes.map((axis) => axis.count)], dtype, "out"), [
    "batch",
    "group",
    "channel",
  ]);
  out.view.data.fill(Number.NaN);
  const factored = plan.run.kind === "separable" ? withFactors(problem, kernel) : kernel;
  const executable = await backend.prepare(plan, factored);
  try {
    const outcome = await executable.run(signal, out, control);
    return outcome === "done" ? Float64Array.from(out.view.data) : undefined;
  } finally {
    executable.dispose();
  }
}
