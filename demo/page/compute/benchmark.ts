// The micro-benchmark: workloads on backends, whole calls from array to array, each result held against direct sums in float64.
import {
  type BackendName,
  type CandidateExplanation,
  convolve,
  explain,
  HelixError,
  type Method,
  type NdArray,
} from "helixconv";
import { sizeOf, type Workload } from "../../../src/cli/workloads.js";
import { Random } from "../../../test/random.js";
import { sampledError } from "../../../test/sampled.js";
import { shown } from "../benchmark/workloads.js";

/** At least so many runs, and for about so long, ms; if one takes longer than that, the first is all. */
const RUNS = 3;
const BUDGET = 500;

export interface Task {
  workload: string;
  backend: BackendName;
}

export interface Timing extends Task {
  method: Method;
  threads: number;
  /** ms of a call: the median, its quartiles, and what was predicted. */
  median: number;
  quartiles: [number, number];
  predicted: number;
  runs: number;
  /** Relative to |x| * |w|, at sampled points. */
  error: number;
  reason: string;
  candidates: CandidateExplanation[];
}

/** What is under way, and which fraction of it is done. */
export type OnProgress = (task: Task, fraction: number) => void;

export class Benchmark {
  private running = new AbortController();

  /** Does tasks one after the other; `onTiming` is told of each. False if it was cancelled. */
  async run(tasks: Task[], onProgress: OnProgress, onTiming: (timing: Timing) => void): Promise<boolean> {
    this.running = new AbortController();
    const { signal: abort } = this.running;
    try {
      for (const task of tasks) await onTiming(await time(task, onProgress, abort));
      return true;
    } catch (error) {
      if (error instanceof HelixError && error.code === "aborted") return false;
      throw error;
    }
  }

  cancel(): void {
    this.running.abort();
  }
}

async function time(task: Task, onProgress: OnProgress, abort: AbortSignal): Promise<Timing> {
  const workload = shown.find(({ name }) => name === task.workload);
  if (!workload) throw new Error(`there is no workload ${task.workload}`);
  const { signal, kernel } = operands(workload);
  const options = { mode: "same", backend: task.backend } as const;
  onProgress(task, 0);
  const { plan, seconds, reason, candidates } = await explain("convolve", { signal, kernel }, options);
  const call = async (from: number, share: number): Promise<[number, NdArray]> => {
    const start = performance.now();
    const progress = (fraction: number) => onProgress(task, from + share * fraction);
    const y = await convolve(signal, kernel, { ...options, abort, onProgress: progress });
    return [performance.now() - start, y];
  };
  const [first, y] = await call(0, 0.5);
  const times: number[] = first > BUDGET ? [first] : [];
  for (let spent = 0; times.length === 0 || (first <= BUDGET && (times.length < RUNS || spent < BUDGET)); ) {
    const [milliseconds] = await call(0.5 + 0.5 * Math.min(1, spent / BUDGET), 0);
    times.push(milliseconds);
    spent += milliseconds;
  }
  return {
    ...task,
    method: plan.method,
    threads: plan.threads,
    median: quantile(times, 0.5),
    quartiles: [quantile(times, 0.25), quantile(times, 0.75)],
    predicted: 1000 * seconds,
    runs: times.length,
    error: sampledError(signal, kernel, y, "same"),
    reason,
    candidates,
  };
}

/** The same arrays in every run. */
function operands({ signal, kernel }: Workload): { signal: NdArray; kernel: NdArray } {
  const random = new Random(2026);
  const array = (shape: number[]): NdArray => ({ data: Float32Array.from(random.reals(sizeOf(shape))), shape });
  return { signal: array(signal), kernel: array(kernel) };
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number;
}
