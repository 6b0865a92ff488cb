// explain: what a call would do, and why, without doing it.
import type { BackendName } from "../backends/backend.js";
import type { Candidate, Choice, Wishes } from "../dispatch/choose.js";
import { decide } from "../dispatch/decide.js";
import type { GivenPlan } from "../dispatch/given.js";
import { detectAll } from "../dispatch/registry.js";
import { type Dtype, viewOf } from "../ndarray.js";
import { type PlanSummary, summarise } from "../plan/explain.js";
import { isExact, resultDtype } from "../problem/convolve.js";
import type { Operand, Reduction } from "../problem/problem.js";
import { wishesOf } from "./execute.js";
import { isGpuArray, onGpu, residentOf } from "./gpuArray.js";
import { checkOptions, type Operation, type OptionsArgument, type OptionsOf } from "./options.js";
import { type OperandSpec, operandNames, reduce, specOf } from "./reduce.js";
import { chooseFor, judge } from "./separable.js";

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
  /** To be given back as an option, for the same bits every time. */
  plan: GivenPlan;
  /** Predicted seconds. */
  seconds: number;
  reason: string;
  candidates: CandidateExplanation[];
}

/**
 * Every way to compute a problem, with its predicted time, and which one a call would take, and why. Computes nothing, and looks at
 * data, of what is given as an array, only to see whether the kernel is separable, and whether a transform can carry the numbers: what NaN or
 * integers rule out is decided in the call.
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
  const wishes = { ...wishesOf(onGpu(signal, options)), resident: residentOf(isGpuArray(signal), options.out) };
  const given = {
    signal: "data" in signal ? reduction.x(viewOf(signal, xName)) : undefined,
    kernel: "data" in kernel ? reduction.w(viewOf(kernel, wName)) : undefined,
  };
  return explanationOf(operation, reduction, chooseKnowing(reduction, given, isExact(x, w), wishes));
}

/** The choice by what is known: shapes, and the data of what is given as an array. */
function chooseKnowing(
  { problem }: Reduction,
  { signal, kernel }: { signal: Operand | undefined; kernel: Operand | undefined },
  exact: boolean,
  wishes: Wishes,
): Choice {
  if (!kernel) return decide(problem, wishes);
  const judged = judge(problem, kernel, exact, wishes);
  if (!signal) return decide(problem, judged.wishes);
  return chooseFor(problem, signal, judged.kernel, exact, judged.wishes, "all").choice;
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
    plan: { ...plan, backend },
    seconds,
    reason,
    candidates: candidates.map(explanation),
  };
}
