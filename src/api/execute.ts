// One call: choose backend and plan, run it, and where the data is not fit for the plan, or the GPU fails, run the next that is.
import type { Backend, Control, Outcome } from "../backends/backend.js";
import { aborted } from "../backends/stepped.js";
import { gpuDataOf } from "../backends/webgpu/gpuData.js";
import type { Choice, Wishes } from "../dispatch/choose.js";
import { type Among, decide, look } from "../dispatch/decide.js";
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
import { isExact, resultDtype } from "../problem/convolve.js";
import type { Operand, Problem, Reduction } from "../problem/problem.js";
import { addBias } from "./bias.js";
import { exactLength, roundToIntegers } from "./exact.js";
import { recentExecutables, type Supply } from "./executables.js";
import { type GpuArray, isGpuArray } from "./gpuArray.js";
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
  /** The choice, if it is made already, and what was wished for then. */
  made?: { choice: Choice; wishes: Wishes };
}

interface Task {
  choice: Choice;
  backend: Backend;
  x: Operand;
  w: Operand;
  target: Target;
  control: Control;
  exact: boolean;
  bias: View | undefined;
}

export async function execute(job: Job, supply: Supply = recentExecutables): Promise<NdArray<FloatArray> | GpuArray> {
  const { reduction, options, made } = job;
  const wishes = made?.wishes ?? wishesOf(options);
  if (!made) await look(reduction.problem, wishes);
  const task = start(job, "all");
  try {
    return await attempt(task, job, supply);
  } catch (error) {
    if (isOnGpu(job)) throw error;
    const choice = insteadOf(error, task.choice, reduction.problem, wishes);
    return attempt({ ...task, choice, backend: backendOf(choice.backend) }, job, recentExecutables);
  }
}

async function attempt(task: Task, job: Job, supply: Supply): Promise<NdArray<FloatArray> | GpuArray> {
  const { choice, x, w, target, control } = task;
  const { problem } = job.reduction;
  let { backend } = task;
  for (let { plan } = choice; ; plan = fallback(problem, plan)) {
    const executable = await supply.take(backend, plan, w);
    let outcome: Outcome;
    try {
      outcome = await executable.run(x, target.output, control);
    } catch (error) {
      supply.discard(executable);
      throw error;
    }
    supply.giveBack(backend, plan, executable);
    if (outcome === "done") return finish(task);
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

const isOnGpu = ({ signal, options }: Job): boolean => gpuDataOf(signal) !== undefined || isGpuArray(options.out);

/** What computes where the GPU failed; throws the error if nothing may. */
export function insteadOf(error: unknown, { backend }: Choice, problem: Problem, wishes: Wishes): Choice {
  const failures = ["device-lost", "out-of-memory", "backend-unavailable"];
  const mayFail = !isSync(backend) && wishes.backend === "auto";
  if (!mayFail || !(error instanceof HelixError) || !failures.includes(error.code)) throw error;
  // Whether the kernel is separable need not be found out again.
  const choice = decide(problem, wishes, "sync");
  return { ...choice, reason: `${choice.reason}; ${backend} failed: ${error.message}` };
}

export function executeSync(job: Job, supply: Supply = recentExecutables): NdArray<FloatArray> {
  const task = start(job, "sync");
  const { backend, choice, x, w, target, control } = task;
  for (let { plan } = choice; ; plan = fallback(job.reduction.problem, plan)) {
    const executable = supply.takeSync(backend, plan, w);
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
    if (outcome === "done") return finish(task) as NdArray<FloatArray>;
  }
}

/** What the options say about the choice. */
export function wishesOf({ backend, method, threads, maxMemory }: SharedOptions, exact?: number): Wishes {
  return {
    backend: backend ?? "auto",
    method: method ?? "auto",
    threads,
    maxMemory: maxMemory ?? 2 ** 53,
    exactLength: exact,
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
  const w = reduction.w(dense(kernel));
  const { choice, kernel: chosen } = made
    ? { choice: made.choice, kernel: w }
    : chooseFor(reduction.problem, w, exact, wishesOf(options, longest), among);
  return {
    choice,
    backend: backendOf(choice.backend),
    x,
    w: chosen,
    target: targetOf(reduction, resultDtype(reduction.problem), out, bias ? [signal, kernel, bias] : [signal, kernel]),
    control: { abort, onProgress },
    exact: exact && choice.plan.run.kind === "spectral",
    bias,
  };
}

function finish({ target, exact, bias }: Task): NdArray<FloatArray> | GpuArray {
  if (exact) roundToIntegers(target.output.view);
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
