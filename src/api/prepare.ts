// prepare: the plan chosen, the memory allocated and the kernel transformed once, for many signals of one shape.
import type { Executable } from "../backends/backend.js";
import type { Choice } from "../dispatch/choose.js";
import { decide } from "../dispatch/decide.js";
import { backendOf } from "../dispatch/registry.js";
import { formatShape, HelixError } from "../errors.js";
import { type FloatArray, isInteger, type NdArray, type View, viewOf } from "../ndarray.js";
import type { ArraySpec } from "../problem/convolve.js";
import type { Reduction } from "../problem/problem.js";
import { recentExecutables, type Supply } from "./executables.js";
import { execute, executeSync, type Job, wishesOf } from "./execute.js";
import { type Explanation, explanationOf } from "./explain.js";
import { type ConvolutionOptions, checkOptions, type SharedOptions } from "./options.js";
import { type OperandSpec, type Operation, reduce, specOf } from "./reduce.js";

/** What may differ from run to run. */
export type RunOptions = Pick<SharedOptions, "out" | "abort" | "onProgress">;

/** The options that are settled when a convolution is prepared. */
export type PrepareOptions = Omit<ConvolutionOptions, keyof RunOptions>;

/**
 * Prepares `convolve` or `correlate` for many signals of one shape and dtype with one kernel: plan, memory and the kernel's spectrum
 * are held ready. `dispose()` it when it is no longer needed.
 *
 * @throws HelixError, as the operation would
 * @example
 * const blur = await prepare("convolve", { signal: { shape: [480, 640], dtype: "float32" } }, kernel, { mode: "same" });
 * for (const frame of frames) show(await blur.run(frame));
 * blur.dispose();
 */
export async function prepare(
  operation: Operation,
  { signal }: { signal: OperandSpec },
  kernel: NdArray,
  options: PrepareOptions = {},
): Promise<Prepared> {
  checkOptions(options);
  const spec = specOf(signal, "signal");
  const view = viewOf(kernel, "kernel");
  const reduction = reduce(operation, spec, view, options);
  // Signals are not known yet, so no FFT can be promised to round to exact integers.
  const exact = isInteger(spec.dtype) && isInteger(view.dtype) ? 0 : undefined;
  const choice = decide(reduction.problem, wishesOf(options, exact));
  const backend = backendOf(choice.backend);
  const executable = await backend.prepare(choice.plan, reduction.w(view));
  return new Prepared(operation, reduction, choice, spec, view, executable);
}

/** A convolution held ready; made by `prepare`. */
export class Prepared {
  private readonly supply: Supply;
  private queue: Promise<unknown> = Promise.resolve();
  private running = 0;
  private disposed = false;

  constructor(
    private readonly operation: Operation,
    private readonly reduction: Reduction,
    private readonly choice: Choice,
    private readonly spec: ArraySpec,
    private kernel: View,
    private readonly executable: Executable,
  ) {
    const own = choice.plan;
    // The plan's own executable is kept; only data that it refuses needs others.
    this.supply = {
      take: async (backend, plan, w) => (plan === own ? executable : recentExecutables.take(backend, plan, w)),
      takeSync: (backend, plan, w) => (plan === own ? executable : recentExecutables.takeSync(backend, plan, w)),
      giveBack: (backend, plan, used) => {
        if (used !== executable) recentExecutables.giveBack(backend, plan, used);
      },
      discard: (used) => {
        if (used !== executable) recentExecutables.discard(used);
      },
    };
  }

  /** Convolves a signal of the prepared shape and dtype. Runs that overlap in time are done one after the other. */
  async run(signal: NdArray, options: RunOptions = {}): Promise<NdArray<FloatArray>> {
    const job = this.job(signal, options);
    const turn = this.queue.then(() => execute(job, this.supply));
    this.running++;
    const done = () => {
      this.running--;
    };
    this.queue = turn.then(done, done);
    return turn;
  }

  /** `run` on the calling thread, at once; an error while a `run` is under way. */
  runSync(signal: NdArray, options: RunOptions = {}): NdArray<FloatArray> {
    this.checkIdle("runSync");
    return executeSync(this.job(signal, options), this.supply);
  }

  /** Replaces the kernel by another of the same shape and dtype. */
  setKernel(kernel: NdArray): void {
    this.checkIdle("setKernel");
    this.checkReady();
    const view = viewOf(kernel, "kernel");
    checkSame(view, this.kernel, "kernel");
    this.executable.setKernel(this.reduction.w(view));
    this.kernel = view;
  }

  /** What each run does, and why. */
  explain(): Explanation {
    return explanationOf(this.operation, this.reduction, this.choice);
  }

  /** Frees what is held, after the runs that are under way. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.queue = this.queue.then(() => this.executable.dispose());
  }

  private job(signal: NdArray, options: RunOptions): Job {
    this.checkReady();
    checkOptions(options);
    const view = viewOf(signal, "signal");
    checkSame(view, this.spec, "signal");
    return { reduction: this.reduction, signal: view, kernel: this.kernel, options, choice: this.choice };
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
