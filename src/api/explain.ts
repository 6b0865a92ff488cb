// explain: what a call would do, and why, without doing it.
import type { BackendName } from "../backends/backend.js";
import type { Candidate, Choice, Wishes } from "../dispatch/choose.js";
import { decide } from "../dispatch/decide.js";
import { detectAll } from "../dispatch/registry.js";
import { type Dtype, viewOf } from "../ndarray.js";
import { type PlanSummary, summarise } from "../plan/explain.js";
import type { Plan } from "../plan/plan.js";
import { isExact, resultDtype } from "../problem/convolve.js";
import type { Reduction } from "../problem/problem.js";
import { wishesOf } from "./execute.js";
import { checkOptions, type Operation, type OptionsArgument, type OptionsOf } from "./options.js";
import { type OperandSpec, operandNames, reduce, specOf } from "./reduce.js";
import { judge } from "./separable.js";

export interface CandidateExplanation extends PlanSummary {
  backend: BackendName;
  /** Predicted seconds. */
  seconds: number;
  chosen: boolean;
  /** Why it cannot be used. */
  rejected?: string;
}

/** Pure JSON. */
export interface Explanation {
  operation: Operation;
  shape: number[];
  dtype: Dtype;
  backend: BackendName;
  plan: Plan;
  /** Predicted seconds. */
  seconds: number;
  reason: string;
  candidates: CandidateExplanation[];
}

/**
 * Every way to compute a problem, with its predicted time, and which one a call would take, and why. Computes nothing, and looks at
 * data only to see whether the kernel, if it is given as an array, is separable: what NaN or integers rule out is decided in the call.
 *
 * @throws HelixError, as the operation would
 * @example
 * const { backend, reason, candidates } = await explain("convolve", { signal: { shape: [25, 25, 41, 51] }, kernel: { shape: [10, 10, 10, 10] } }, { mode: "same" });
 * console.table(candidates);
 */
export async function explain<O extends Operation>(
  operation: O,
  arrays: { signal: OperandSpec; kernel: OperandSpec },
  ...[options = {} as OptionsOf[O]]: OptionsArgument<OptionsOf[O]>
): Promise<Explanation> {
  checkOptions(operation, options);
  const { signal, kernel } = arrays;
  const [xName, wName] = operandNames[operation];
  const [x, w] = [specOf(signal, xName), specOf(kernel, wName)];
  const reduction = reduce(operation, x, w, options);
  await detectAll();
  const { problem } = reduction;
  const known = (wishes: Wishes) =>
    "data" in kernel ? judge(problem, reduction.w(viewOf(kernel, wName)), isExact(x, w), wishes).wishes : wishes;
  return explanationOf(operation, reduction, decide(problem, known(wishesOf(options))));
}

export function explanationOf(operation: Operation, { problem, outShape }: Reduction, choice: Choice): Explanation {
  const { backend, plan, seconds, reason, candidates } = choice;
  const explanation = (candidate: Candidate): CandidateExplanation => ({
    backend: candidate.backend,
    ...summarise(candidate.plan),
    seconds: candidate.seconds,
    chosen: candidate.backend === backend && candidate.plan === plan,
    ...(candidate.rejected !== undefined && { rejected: candidate.rejected }),
  });
  return {
    operation,
    shape: outShape,
    dtype: resultDtype(problem),
    backend,
    plan,
    seconds,
    reason,
    candidates: candidates.map(explanation),
  };
}
