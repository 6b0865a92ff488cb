// Runs a plan on a backend with operands whose numbers are in the oracle's order.
import type { Backend, Control, Output } from "../../src/backends/backend.js";
import { allocate, type FloatArray, type NdArray, type View, viewOf } from "../../src/ndarray.js";
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

export interface Operands {
  signal: Operand;
  kernel: Operand;
  out: Output;
}

/** How an operand's numbers lie in memory. */
export type Layout = (data: FloatArray, shape: number[]) => NdArray;
const dense: Layout = (data, shape) => ({ data, shape });

/** Operands of the problem's precision, to which the numbers are converted. */
export function operandsOf(problem: Problem, x: FloatArray, w: FloatArray, layout = dense): Operands {
  const { precision, batch, groups, cin, cout, axes } = problem;
  const dtype = resultDtype(problem);
  const typed = (data: FloatArray) =>
    precision === "f32" && data instanceof Float64Array ? new Float32Array(data) : data;
  const view = (data: FloatArray, shape: number[]) => viewOf({ ...layout(typed(data), shape), dtype }, "operand");
  return {
    signal: operandOf(view(x, [batch, groups, cin, ...axes.map((axis) => axis.x)]), ["batch", "group", "channel"]),
    kernel: operandOf(view(w, [groups, cout, cin, ...axes.map((axis) => axis.w)]), ["group", "batch", "channel"]),
    out: operandOf(allocate([batch, groups, cout, ...axes.map((axis) => axis.count)], dtype, "out"), [
      "batch",
      "group",
      "channel",
    ]),
  };
}

/** The output of a plan, or undefined if it refused the data. */
export async function run(
  backend: Backend,
  problem: Problem,
  plan: Plan,
  { signal, kernel, out }: Operands,
  control: Control = {},
): Promise<FloatArray | undefined> {
  out.view.data.fill(Number.NaN);
  const factored = plan.run.kind === "separable" ? withFactors(problem, kernel) : kernel;
  const executable = await backend.prepare(plan, factored);
  try {
    return (await executable.run(signal, out, control)) === "done" ? out.view.data.slice() : undefined;
  } finally {
    executable.dispose();
  }
}

function withFactors(problem: Problem, kernel: Operand): Operand {
  const taps = passesOf(problem).map((pass) => ({ axis: pass.axis, ...pass.taps }));
  const factors = factorise(kernel, taps, problem.precision);
  if (!factors) throw new Error("the kernel is no outer product");
  return { ...kernel, factors };
}

export async function execute(
  backend: Backend,
  problem: Problem,
  plan: Plan,
  x: Float64Array,
  w: Float64Array,
  control: Control = {},
): Promise<FloatArray | undefined> {
  return run(backend, problem, plan, operandsOf(problem, x, w), control);
}
