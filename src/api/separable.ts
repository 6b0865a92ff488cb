// What a call's data says about the choice: whether the kernel can be taken apart, axis by axis, and whether a transform can carry the numbers.
import { gpuDataOf } from "../backends/webgpu/gpuData.js";
import type { Choice, Wishes } from "../dispatch/choose.js";
import { type Among, decide } from "../dispatch/decide.js";
import { isFiniteView } from "../ndarray.js";
import { passesOf } from "../plan/passes.js";
import { factorise } from "../problem/factors.js";
import { kernelSize, type Operand, type Problem, signalSize } from "../problem/problem.js";
import { filledPart } from "./filled.js";
import { type Carrier, carrierFor } from "./magnitudes.js";

const NO_PRODUCT = "it is not an outer product";
/** Factors of integers need not be integers, and rounded ones would not do. */
const EXACT = "integers with integers give exact results, as rounded factors would not";

/** A kernel, with its factors if it has any, and what is then to be wished for. */
export interface Judged {
  kernel: Operand;
  wishes: Wishes;
}

export function judge(problem: Problem, kernel: Operand, exact: boolean, given: Wishes): Judged {
  const wishes = { ...given, filled: filledPart(kernel) };
  if (exact) return { kernel, wishes: { ...wishes, separable: EXACT } };
  const taps = passesOf(problem).map((pass) => ({ axis: pass.axis, ...pass.taps }));
  const factors = taps.length > 0 ? factorise(kernel, taps, problem.precision) : undefined;
  if (factors) return { kernel: { ...kernel, factors }, wishes: { ...wishes, separable: true } };
  // What is not finite is summed directly, whatever is asked for.
  const method = wishes.method === "separable" && !isFiniteView(kernel.view) ? "direct" : wishes.method;
  return { kernel, wishes: { ...wishes, method, separable: NO_PRODUCT } };
}

/** The choice for a kernel, which is looked at only if, separable, it would be convolved in passes, and has not been. */
function chooseBy(problem: Problem, kernel: Operand, exact: boolean, given: Wishes, among: Among): Chosen {
  const wishes = { ...given, filled: filledPart(kernel) };
  const hoped = decide(problem, { ...wishes, separable: wishes.separable ?? (exact ? EXACT : true) }, among);
  if (hoped.plan.run.kind !== "separable" || kernel.factors) return { choice: hoped, kernel };
  const judged = judge(problem, kernel, exact, wishes);
  return { choice: decide(problem, judged.wishes, among), kernel: judged.kernel };
}

interface Chosen {
  choice: Choice;
  kernel: Operand;
}

/** Of so few numbers all are looked at; of more, as many as take this part of the call's time, one taking so many seconds. */
const LOOK = { all: 2 ** 14, part: 0.02, number: 2e-9 };

/**
 * The choice for given arrays: what `chooseBy` says, unless that is a transform in which their numbers would drown, and the caller has not asked
 * for it. The larger operand is looked at: its small numbers have outputs of their own, while those of the smaller meet large ones of it.
 */
export function chooseFor(
  problem: Problem,
  signal: Operand,
  kernel: Operand,
  exact: boolean,
  wishes: Wishes,
  among: Among,
): Chosen {
  const chosen = chooseBy(problem, kernel, exact, wishes, among);
  const { plan, seconds } = chosen.choice;
  if (plan.run.kind !== "spectral" || exact || wishes.plan || wishes.method !== "auto") return chosen;
  const { view } = signalSize(problem) < kernelSize(problem) ? kernel : signal;
  // What lies on a GPU is not looked at.
  if (gpuDataOf(view)) return chosen;
  const carrier = carrierFor(view, problem.precision, Math.max(LOOK.all, (LOOK.part * seconds) / LOOK.number));
  if (carrier === undefined) return chosen;
  const { choice, kernel: ready } =
    carrier === "float64"
      ? chooseBy({ ...problem, precision: "f64" }, kernel, exact, wishes, among)
      : chooseBy(problem, kernel, exact, { ...wishes, method: "direct" }, among);
  return { choice: { ...choice, reason: `${REASONS[carrier]}; ${choice.reason}` }, kernel: ready };
}

const REASONS: Record<Carrier, string> = {
  float64:
    "the numbers differ by more than 2^30, and small ones would drown in a float32 transform, so it is a float64 one",
  direct: "the numbers differ by more than 2^60, and small ones would drown in any transform",
};
