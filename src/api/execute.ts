// One call: choose backend and plan, run it; where the data is not fit for the plan, run the next that is; and where the backend fails, another.
import type { Control, Outcome } from "../backends/backend.js";
import { aborted } from "../backends/stepped.js";
import { gpuDataOf } from "../backends/webgpu/gpuData.js";
import type { Choice, Wishes } from "../dispatch/choose.js";
import { type Among, decide, look } from "../dispatch/decide.js";
import { recordSuccess, rests } from "../dispatch/failures.js";
import { learnFrom } from "../dispatch/learn.js";
import { backendOf, isSync } from "../dispatch/registry.js";
import { HelixError } from "../errors.js";
import {
  allocate,
  copyElements,
  type FloatArray,
  floatDtype,
  type NdArray,
  rangeOf,
  sizeOf,
  type View,
} from "../ndarray.js";
import { fallback } from "../plan/candidates.js";
import type { Plan } from "../plan/plan.js";
import { isExact, resultDtype } from "../problem/convolve.js";
import type { Operand, Reduction } from "../problem/problem.js";
import { addBias } from "./bias.js";
import { exactLength, roundToIntegers } from "./exact.js";
import { recentExecutables, type Supply } from "./executables.js";
import { chooseInstead } from "./fallback.js";
import { type GpuArray, isGpuArray, residentOf } from "./gpuArray.js";
import type { SharedOptions } from "./options.js";
import { type Target, targetOf } from "./output.js";
import { chooseFor } from "./separable.js";

/** An operation on given arrays. */
export interface Job {
  reduction: Reduction;
  signal: View;
  kernel: View;
  options: SharedOptions;
  /** Added to the result. */
  bias?: View | undefined;
  /** What was wished for, and chosen, if that was before. */
  made?: { wishes: Wishes; choice: Choice };
}

/** What stays the same, whatever computes it. */
interface Task {
  x: Operand;
  w: Operand;
  target: Target;
  control: Control;
  exact: boolean;
  bias: View | undefined;
  wishes: Wishes;
  among: Among;
  /** What the caller's own functions threw: no fault of a backend. */
  thrown: unknown[];
  attempts: number;
}

interface Chosen {
  choice: Choice;
  kernel: Operand;
  supply: Supply;
}

export async function execute(job: Job, supply: Supply = recentExecutables): Promise<NdArray<FloatArray> | GpuArray> {
  const { reduction, options, made } = job;
  if (!made) await look(reduction.problem, wishesOf(options));
  const task = start(job, "all");
  for (let chosen = chooseFirst(job, task, supply); ; )
    try {
      const begun = performance.now();
      const ran = await run(job, task, chosen);
      teach(job, chosen.choice, ran, begun);
      return finish(task, chosen);
    } catch (error) {
      if (isOnGpu(job)) throw error;
      chosen = chooseNext(error, job, task, chosen);
    }
}

const isOnGpu = ({ signal, options }: Job): boolean => gpuDataOf(signal) !== undefined || isGpuArray(options.out);

export function executeSync(job: Job, supply: Supply = recentExecutables): NdArray<FloatArray> {
  const task = start(job, "sync");
  for (let chosen = chooseFirst(job, task, supply); ; )
    try {
      const begun = performance.now();
      const ran = runSync(job, task, chosen);
      teach(job, chosen.choice, ran, begun);
      return finish(task, chosen) as NdArray<FloatArray>;
    } catch (error) {
      chosen = chooseNext(error, job, task, chosen);
    }
}

/** The plan that has computed it: the one that was chosen, unless the data was not fit for that. */
async function run(job: Job, { x, target, control }: Task, { choice, kernel, supply }: Chosen): Promise<Plan> {
  const { problem } = job.reduction;
  let backend = backendOf(choice.backend);
  for (let { plan } = choice; ; plan = fallback(problem, plan)) {
    const executable = await supply.take(backend, plan, kernel);
    let outcome: Outcome;
    try {
      outcome = await executable.run(x, target.output, control);
    } catch (error) {
      supply.discard(executable);
      throw error;
    }
    supply.giveBack(backend, plan, executable);
    if (outcome === "done") return plan;
    if (isOnGpu(job))
      throw new HelixError(
        "option",
        "arrays on a GPU need a finite kernel, and finite sums; this kernel has others; use arrays that are not on a GPU",
      );
    // Shaders may take every number to be finite, so what is refused goes to a backend that does not.
    if (!isSync(backend.name))
      backend = backendOf(decide(problem, { ...wishesOf({}), method: "direct" }, "sync").backend);
  }
}

function runSync({ reduction }: Job, { x, target, control }: Task, { choice, kernel, supply }: Chosen): Plan {
  const backend = backendOf(choice.backend);
  for (let { plan } = choice; ; plan = fallback(reduction.problem, plan)) {
    const executable = supply.takeSync(backend, plan, kernel);
    if (!executable?.runSync)
      throw new HelixError(
        "option",
        `backend "${backend.name}" cannot run synchronously; use the async call, or another backend`,
      );
    let outcome: Outcome;
    try {
      outcome = executable.runSync(x, target.output, control);
    } catch (error) {
      supply.discard(executable);
      throw error;
    }
    supply.giveBack(backend, plan, executable);
    if (outcome === "done") return plan;
  }
}

/** What a call has taken may say how good the choice was; not where the caller, or an earlier call, has made it. */
function teach({ made, options }: Job, choice: Choice, ran: Plan, begun: number): void {
  if (!made && !options.plan && ran === choice.plan) learnFrom(choice, (performance.now() - begun) / 1000);
}

/** What the options say about the choice. */
export function wishesOf({ backend, method, threads, maxMemory, plan }: SharedOptions, exact?: number): Wishes {
  return {
    backend: backend ?? "auto",
    method: method ?? "auto",
    threads,
    maxMemory: maxMemory ?? 2 ** 53,
    exactLength: exact,
    plan,
  };
}

function start(job: Job, among: Among): Task {
  const { reduction, signal, kernel, options, bias, made } = job;
  const { abort, onProgress, out } = options;
  if (abort?.aborted) throw aborted(abort);
  if (isOnGpu(job) && (bias || reduction.extended || reduction.folded))
    throw new HelixError(
      "option",
      "arrays on a GPU go without boundary, padding mode and bias, which are the CPU's work; leave those out, or use arrays that are not on a GPU",
    );
  const exact = isExact(signal, kernel);
  const x = reduction.x(dense(signal));
  const longest = exact ? exactLength(x.view, kernel) : undefined;
  const thrown: unknown[] = [];
  return {
    x,
    w: reduction.w(dense(kernel)),
    target: targetOf(reduction, resultDtype(reduction.problem), out, bias ? [signal, kernel, bias] : [signal, kernel]),
    control: { abort, onProgress: onProgress && marking(onProgress, thrown) },
    exact,
    bias,
    wishes: made?.wishes ?? {
      ...wishesOf(options, longest),
      resident: residentOf(gpuDataOf(signal) !== undefined, out),
    },
    among,
    thrown,
    attempts: 1,
  };
}

function marking(onProgress: (fraction: number) => void, thrown: unknown[]): (fraction: number) => void {
  return (fraction) => {
    try {
      onProgress(fraction);
    } catch (error) {
      thrown.push(error);
      throw error;
    }
  };
}

function chooseFirst(job: Job, task: Task, supply: Supply): Chosen {
  const { made } = job;
  // What is on the GPU has no other place to go.
  if (made && (isOnGpu(job) || !rests(made.choice.backend, made.choice.plan, performance.now())))
    return { choice: made.choice, kernel: task.w, supply };
  return chooseAnew(job, task);
}

const chooseAnew = ({ reduction }: Job, { x, w, exact, wishes, among }: Task): Chosen => ({
  ...chooseFor(reduction.problem, x, w, exact, wishes, among),
  supply: recentExecutables,
});

/** So often something may fail in one call. */
export const ATTEMPTS = 4;

function chooseNext(error: unknown, job: Job, task: Task, { choice }: Chosen): Chosen {
  if (task.thrown.includes(error) || task.attempts++ >= ATTEMPTS) throw error;
  return chooseInstead(error, choice, task.wishes, () => chooseAnew(job, task), job.options.onFallback);
}

function finish({ target, exact, bias }: Task, { choice }: Chosen): NdArray<FloatArray> | GpuArray {
  recordSuccess(choice.backend, choice.plan);
  if (exact && choice.plan.run.kind === "spectral") roundToIntegers(target.output.view);
  if (bias) addBias(bias, target.output.view);
  return target.deliver();
}

/** The view, or a packed copy where its elements are spread so thin that copying the stretch between them would waste memory. */
function dense(view: View): View {
  if (gpuDataOf(view)) return view;
  const { first, last } = rangeOf(view);
  if (last - first < 2 * sizeOf(view.shape, "array")) return view;
  const packed = allocate(view.shape, floatDtype(view.dtype), "a packed copy of the input");
  copyElements(view, packed);
  return packed;
}
