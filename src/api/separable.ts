// Whether a call's kernel can be taken apart, axis by axis, and the choice that follows.
import type { Choice, Wishes } from "../dispatch/choose.js";
import { type Among, decide } from "../dispatch/decide.js";
import { allocate, copyElements, isComplex, type View } from "../ndarray.js";
import { passesOf } from "../plan/passes.js";
import { factorise } from "../problem/factors.js";
import type { Operand, Problem } from "../problem/problem.js";

const NO_PRODUCT = "it is not an outer product";
/** Factors of integers need not be integers, and rounded ones would not do. */
const EXACT = "integers with integers give exact results, as rounded factors would not";

/** A kernel, with its factors if it has any, and what is then to be wished for. */
export interface Judged {
  kernel: Operand;
  wishes: Wishes;
}

export function judge(problem: Problem, kernel: Operand, exact: boolean, wishes: Wishes): Judged {
  if (exact) return { kernel, wishes: { ...wishes, separable: EXACT } };
  const taps = passesOf(problem).map((pass) => ({ axis: pass.axis, ...pass.taps }));
  const factors = taps.length > 0 ? factorise(kernel, taps, problem.precision) : undefined;
  if (factors) return { kernel: { ...kernel, factors }, wishes: { ...wishes, separable: true } };
  // What is not finite is summed directly, whatever is asked for.
  const method = wishes.method === "separable" && !isFiniteArray(kernel.view) ? "direct" : wishes.method;
  return { kernel, wishes: { ...wishes, method, separable: NO_PRODUCT } };
}

/** The choice for a kernel, which is looked at only if, separable, it would be convolved in passes. */
export function chooseFor(
  problem: Problem,
  kernel: Operand,
  exact: boolean,
  wishes: Wishes,
  among: Among,
): { choice: Choice; kernel: Operand } {
  const hoped = decide(problem, { ...wishes, separable: exact ? EXACT : true }, among);
  if (hoped.plan.run.kind !== "separable") return { choice: hoped, kernel };
  const judged = judge(problem, kernel, exact, wishes);
  return { choice: decide(problem, judged.wishes, among), kernel: judged.kernel };
}

function isFiniteArray(view: View): boolean {
  const copy = allocate(view.shape, isComplex(view.dtype) ? "complex128" : "float64", "a copy of the kernel");
  copyElements(view, copy);
  return copy.data.every(Number.isFinite);
}
