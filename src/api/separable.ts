// Whether a call's kernel may be taken apart, axis by axis, and the choice that follows.
import type { Choice, Wishes } from "../dispatch/choose.js";
import { decide } from "../dispatch/decide.js";
import { passesOf } from "../plan/passes.js";
import { factorise } from "../problem/factors.js";
import type { Operand, Problem } from "../problem/problem.js";

/** Rounded factors would have to be multiplied out to be exact, and kernels of integers are seldom products of integers. */
const EXACT = "integers with integers give exact results, which a kernel's factors, being rounded, cannot promise";
const NO_PRODUCT = "it is not an outer product";

/** A kernel, with its factors if it has any, and what dispatch should know of that. */
export interface Judged {
  kernel: Operand;
  separable: true | string;
}

export function judge(problem: Problem, kernel: Operand, exact: boolean): Judged {
  if (exact) return { kernel, separable: EXACT };
  const taps = passesOf(problem).map((pass) => ({ axis: pass.axis, ...pass.taps }));
  const factors = taps.length > 0 ? factorise(kernel, taps, problem.precision) : undefined;
  return factors ? { kernel: { ...kernel, factors }, separable: true } : { kernel, separable: NO_PRODUCT };
}

/** The choice for a kernel, which is looked at only where a separable one would be convolved in passes. */
export function chooseFor(
  problem: Problem,
  kernel: Operand,
  exact: boolean,
  wishes: Wishes,
): { choice: Choice; kernel: Operand } {
  if (!exact) {
    const hoped = decide(problem, { ...wishes, separable: true });
    if (hoped.plan.run.kind !== "separable") return { choice: hoped, kernel };
  }
  const judged = judge(problem, kernel, exact);
  return { choice: decide(problem, { ...wishes, separable: judged.separable }), kernel: judged.kernel };
}
