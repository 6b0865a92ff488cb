// prepare: the plan chosen, the memory allocated and the kernel transformed once, for many signals of one shape.
import type { Executable } from "../backends/backend.js";
import type { Choice, Wishes } from "../dispatch/choose.js";
import { decide, look } from "../dispatch/decide.js";
import { backendOf, isSync } from "../dispatch/registry.js";
import { formatShape, HelixError } from "../errors.js";
import { type FloatArray, type NdArray, type View, viewOf } from "../ndarray.js";
import type { Plan } from "../plan/plan.js";
import { type ArraySpec, isExact } from "../problem/convolve.js";
import type { Operand, Reduction } from "../problem/problem.js";
import { biasOf } from "./bias.js";
import { recentExecutables, type Supply } from "./executables.js";
import { ATTEMPTS, execute, executeSync, type Job, wishesOf } from "./execute.js";
import { type Explanation, explanationOf } from "./explain.js";
import { chooseInstead } from "./fallback.js";
import { type GpuArray, gpuView, isGpuArray, onGpu, residentOf } from "./gpuArray.js";
import { checkOptions, type Operation, type OptionsArgument, type OptionsOf, type SharedOptions } from "./options.js";
import { type OperandSpec, operandNames, reduce, specOf } from "./reduce.js";
import { judge } from "./separable.js";

/** What may differ from run to run. */
export type RunOptions = Pick<SharedOptions, "out" | "abort" | "onProgress" | "onFallback">;

/** The options that are settled when an operation is prepared. */
export type PrepareOptions<O extends Operation = Operation> = Omit<OptionsOf[O], "out" | "abort" | "onProgress">;

/**
 * Prepares an operation for many signals of one shape and dtype with one kernel: plan, memory and the kernel's spectrum are held ready.
 * Signals are not looked at: numbers that a transform drowns (README) are the caller's to keep from it. `dispose()` it when it is no longer
 * needed. Of a layer, x is the signal and the weight the kernel; of `convGradInput`, grad and the weight; of `convGradWeight`, x and grad. A
 * bias is read in each run, so that its numbers may change in place.
 *
 * @throws HelixError, as the operation would
 * @example
 * const blur = await prepare("convolve", { signal: { shape: [480, 640], dtype: "float32" } }, kernel, { mode: "same" });
 * for (const frame of frames) show(await blur.run(frame));
 * blur.dispose();
 */
export async function prepare<O extends Operation>(
  operation: O,
  { signal }: { signal: OperandSpec },
  kernel: NdArray,
  ...[options = {} as PrepareOptions<O>]: OptionsArgument<PrepareOptions<O>>
): Promise<Prepared> {
  return prepareFor(operation, signal, kernel, options, "many signals");
}

/** What a kernel is for: many signals, so that only the work for each of them counts, or one, after which another kernel comes. */
type Use = "many signals" | "one signal";

export async function prepareFor<O extends Operation>(
  operation: O,
  signal: OperandSpec,
  kernel: NdArray,
  options: PrepareOptions<O>,
  use: Use,
): Promise<Prepared> {
  const settled = settle(operation, signal, kernel, options as OptionsOf[O], use);
  const { reduction, wishes, exact } = settled;
  const { problem } = reduction;
  await look(problem, wishes);
  const judged = judge(problem, reduction.w(settled.kernel), exact, wishes);
  const decideNow = () => ({ choice: decide(problem, judged.wishes) });
  for (let { choice } = decideNow(), attempts = 1; ; attempts++)
    try {
      return new Prepared(settled, choice, await backendOf(choice.backend).prepare(choice.plan, judged.kernel));
    } catch (error) {
      if (attempts >= ATTEMPTS) throw error;
      choice = chooseInstead(error, choice, wishes, decideNow, (options as OptionsOf[O]).onFallback).choice;
    }
}

/** `prepare` at once, on backends that can: "wasm" and "js". */
export function prepareSync<O extends Operation>(
  operation: O,
  { signal }: { signal: OperandSpec },
  kernel: NdArray,
  ...[options = {} as PrepareOptions<O>]: OptionsArgument<PrepareOptions<O>>
): Prepared {
  return prepareSyncFor(operation, signal, kernel, options, "many signals");
}

export function prepareSyncFor<O extends Operation>(
  operation: O,
  signal: OperandSpec,
  kernel: NdArray,
  options: PrepareOptions<O>,
  use: Use,
): Prepared {
  const settled = settle(operation, signal, kernel, options as OptionsOf[O], use);
  const { reduction, wishes, exact } = settled;
  const judged = judge(reduction.problem, reduction.w(settled.kernel), exact, wishes);
  const choice = decide(reduction.problem, judged.wishes, "sync");
  return new Prepared(settled, choice, buildSync(choice, judged.kernel));
}

/** What is decided once for all runs. */
interface Settled {
  operation: Operation;
  reduction: Reduction;
  wishes: Wishes;
  spec: ArraySpec;
  kernel: View;
  bias: View | undefined;
  /** Whether results are exact integers. */
  exact: boolean;
}

function settle<O extends Operation>(
  operation: O,
  signal: OperandSpec,
  kernel: NdArray,
  given: OptionsOf[O],
  use: Use,
): Settled {
  checkOptions(operation, given);
  const options = onGpu(signal, given);
  const [xName, wName] = operandNames[operation];
  const spec = specOf(signal, xName);
  const view = viewOf(kernel, wName);
  const reduction = reduce(operation, spec, view, options);
  // Signals are not known yet, so no FFT can be promised to round to exact integers.
  const exact = isExact(spec, view);
  const wishes = {
    ...wishesOf(options, exact ? 0 : undefined),
    kernelKept: use === "many signals",
    resident: residentOf(isGpuArray(signal), undefined),
  };
  return { operation, reduction, wishes, spec, kernel: view, exact, bias: biasOf(options, reduction) };
}

function buildSync({ backend, plan }: Choice, kernel: Operand): Executable {
  const executable = backendOf(backend).prepareSync?.(plan, kernel);
  if (executable) return executable;
  throw new HelixError("option", `backend "${backend}" cannot prepare synchronously; use prepare, or another backend`);
}

/** A convolution held ready; made by `prepare`. */
export class Prepared {
  private readonly supply: Supply;
  private kernel: View;
  private queue: Promise<unknown> = Promise.resolve();
  private running = 0;
  private disposed = false;

  /** @internal */
  constructor(
    private readonly settled: Settled,
    private choice: Choice,
    private executable: Executable,
  ) {
    this.kernel = settled.kernel;
    const isOwn = (plan: Plan) => plan === this.choice.plan;
    // The plan's own executable is kept; only data that it refuses needs others.
    this.supply = {
      take: async (backend, plan, w) => (isOwn(plan) ? this.executable : recentExecutables.take(backend, plan, w)),
      takeSync: (backend, plan, w) => (isOwn(plan) ? this.executable : recentExecutables.takeSync(backend, plan, w)),
      giveBack: (backend, plan, used) => {
        if (used !== this.executable) recentExecutables.giveBack(backend, plan, used);
      },
      discard: (used) => {
        if (used !== this.executable) recentExecutables.discard(used);
      },
    };
  }

  /**
   * Convolves a signal of the prepared shape and dtype. Runs that overlap in time are under way together on a GPU, and are done one after the other
   * elsewhere.
   */
  async run(signal: NdArray | GpuArray, options: RunOptions & { out: GpuArray }): Promise<GpuArray>;
  async run(signal: NdArray | GpuArray, options?: RunOptions): Promise<NdArray<FloatArray>>;
  async run(signal: NdArray | GpuArray, options: RunOptions = {}): Promise<NdArray<FloatArray> | GpuArray> {
    const job = this.job(signal, options);
    const turn = this.executable.overlaps
      ? execute(job, this.supply)
      : this.queue.then(() => execute(job, this.supply));
    this.running++;
    const done = () => {
      this.running--;
    };
    this.queue = Promise.all([this.queue, turn.then(done, done)]);
    return turn;
  }

  /** `run` on the calling thread, at once; an error while a `run` is under way. */
  runSync(signal: NdArray, options: RunOptions = {}): NdArray<FloatArray> {
    this.checkIdle("runSync");
    return executeSync(this.job(signal, options), this.supply);
  }

  /**
   * Replaces the kernel by another of the same shape and dtype. One that is not separable where the last one was needs another plan,
   * or, if method "separable" was asked for, is refused.
   */
  setKernel(kernel: NdArray): void {
    this.checkIdle("setKernel");
    this.checkReady();
    const { operation, reduction, wishes } = this.settled;
    const [, name] = operandNames[operation];
    const view = viewOf(kernel, name);
    checkSame(view, this.kernel, name);
    const w = reduction.w(view);
    if (this.choice.plan.run.kind !== "separable") this.executable.setKernel(w);
    else {
      const judged = judge(reduction.problem, w, false, wishes);
      if (judged.kernel.factors) this.executable.setKernel(judged.kernel);
      else this.change(decide(reduction.problem, judged.wishes), w);
    }
    this.kernel = view;
  }

  /** What each run does, and why. */
  explain(): Explanation {
    const { operation, reduction } = this.settled;
    return explanationOf(operation, reduction, this.choice);
  }

  /** Frees what is held, after the runs that are under way. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.queue = this.queue.then(() => this.executable.dispose());
  }

  private change(choice: Choice, kernel: Operand): void {
    const executable = buildSync(choice, kernel);
    this.executable.dispose();
    [this.choice, this.executable] = [choice, executable];
  }

  private job(signal: NdArray | GpuArray, options: RunOptions): Job {
    this.checkReady();
    const { operation, reduction, spec, bias, wishes } = this.settled;
    const [name] = operandNames[operation];
    checkOptions(operation, options);
    const view = isGpuArray(signal) ? gpuView(signal, name) : viewOf(signal, name);
    if ((isGpuArray(signal) || isGpuArray(options.out)) && isSync(this.choice.backend))
      throw new HelixError(
        "option",
        `arrays on a GPU need a convolution that was prepared for backend "webgpu"; this one is on "${this.choice.backend}"`,
        { expected: "webgpu", actual: this.choice.backend },
      );
    checkSame(view, spec, name);
    return { reduction, signal: view, kernel: this.kernel, options, bias, made: { wishes, choice: this.choice } };
  }

  private checkIdle(name: string): void {
    if (this.running > 0)
      throw new HelixError(
        "option",
        `${name} needs the prepared convolution to be idle; await the runs under way first`,
      );
  }

  private checkReady(): void {
    if (this.disposed)
      throw new HelixError("option", "a prepared convolution cannot be used after dispose(); prepare another");
  }
}

function checkSame(given: ArraySpec, prepared: ArraySpec, name: string): void {
  const sameShape =
    given.shape.length === prepared.shape.length && given.shape.every((n, d) => n === prepared.shape[d]);
  if (!sameShape)
    throw new HelixError(
      "shape",
      `${name} must have the shape that was prepared, ${formatShape(prepared.shape)}; it has ${formatShape(given.shape)}`,
      { expected: [...prepared.shape], actual: [...given.shape] },
    );
  if (given.dtype !== prepared.dtype)
    throw new HelixError(
      "dtype",
      `${name} must have the dtype that was prepared, ${prepared.dtype}; it has ${given.dtype}`,
      {
        expected: prepared.dtype,
        actual: given.dtype,
      },
    );
}
