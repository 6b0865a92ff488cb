// explain: what a call would do, and why, without doing it.
import type { BackendName } from "../backends/backend.js";
import type { Candidate } from "../dispatch/choose.js";
import { decide } from "../dispatch/decide.js";
import { HelixError } from "../errors.js";
import { checkShape, type Dtype, type NdArray, show, viewOf } from "../ndarray.js";
import { type PlanSummary, summarise } from "../plan/explain.js";
import type { Plan } from "../plan/plan.js";
import { type ArraySpec, reduceConvolve, resultDtype } from "../problem/convolve.js";
import { wishesOf } from "./execute.js";
import { type ConvolutionOptions, checkOptions } from "./options.js";

export type Operation = "convolve" | "correlate";

/** An array, or what matters of it: its shape, and its dtype (default float32). */
export type OperandSpec = NdArray | { shape: readonly number[]; dtype?: Dtype };

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
 * Every way to compute a problem, with its predicted time, and which one a call would take, and why. Computes nothing, and does not
 * look at data: what NaN or integers rule out is decided in the call.
 *
 * @throws HelixError, as the operation would
 * @example
 * const { backend, reason, candidates } = await explain("convolve", { signal: { shape: [25, 25, 41, 51] }, kernel: { shape: [10, 10, 10, 10] } }, { mode: "same" });
 * console.table(candidates);
 */
export async function explain(
  operation: Operation,
  arrays: { signal: OperandSpec; kernel: OperandSpec },
  options: ConvolutionOptions = {},
): Promise<Explanation> {
  if (operation !== "convolve" && operation !== "correlate")
    throw new HelixError("option", `operation must be "convolve" or "correlate"; got ${show(operation)}`, {
      actual: operation,
    });
  const { mode = "full", axes } = checkOptions(options);
  const { problem, outShape } = reduceConvolve(specOf(arrays.signal, "signal"), specOf(arrays.kernel, "kernel"), {
    mode,
    axes: typeof axes === "number" ? [axes] : axes,
    correlate: operation === "correlate",
  });
  const { backend, plan, seconds, reason, candidates } = decide(problem, wishesOf(options));
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

function specOf(array: OperandSpec, name: string): ArraySpec {
  if (typeof array === "object" && array !== null && "data" in array) return viewOf(array, name);
  const { shape, dtype = "float32" } = array;
  checkShape(shape, name);
  if (!dtypes.includes(dtype))
    throw new HelixError("dtype", `${name}.dtype must be one of ${dtypes.join(", ")}; got ${show(dtype)}`, {
      expected: dtypes,
      actual: dtype,
    });
  return { shape, dtype };
}

const dtypes: readonly Dtype[] = [
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "float16",
  "float32",
  "float64",
  "complex64",
  "complex128",
];
