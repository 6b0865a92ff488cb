// helixconv bench: micro-benchmarks, and then the workloads that numbers in this project refer to, on every backend of this machine, as a table
// with bars.
import { writeFile } from "node:fs/promises";
import { whereKept } from "../backends/platform/storage.js";
import { formatSeconds } from "../format.js";
import {
  type BackendName,
  backends,
  calibrate,
  conv,
  convolve,
  type Explanation,
  explain,
  type Method,
  type NdArray,
} from "../index.js";
import { table } from "./table.js";
import { tuneTable } from "./tune.js";
import { sizeOf, type Workload, workloads } from "./workloads.js";

export interface Timing {
  workload: string;
  backend: BackendName;
  method: Method;
  threads: number;
  /** Seconds: the median, and what was predicted. */
  seconds: number;
  predicted: number;
}

/** A workload is run at least three times, and for about so long, s; what is predicted to take longer than the limit is left out. */
const LEAST = 3;
const BUDGET = 1;
const LIMIT = 5;

/** What part of the time the micro-benchmarks take, about. */
const MICRO = 0.1;

/** `out`: a file to which the calibration and the timings go as JSON. */
export async function bench(
  out: string | undefined,
  onProgress: (fraction: number) => void,
  abort: AbortSignal,
): Promise<string> {
  const calibration = await calibrate({ force: true, onProgress: (fraction) => onProgress(MICRO * fraction) });
  const list = workloads.filter(({ gaussian }) => !gaussian);
  const available = (await backends()).filter((backend) => backend.available);
  const timings: Timing[] = [];
  for (const [k, workload] of list.entries())
    for (const [b, { name }] of available.entries()) {
      abort.throwIfAborted();
      const timing = await time(workload, name, abort);
      if (timing) timings.push(timing);
      onProgress(MICRO + ((1 - MICRO) * (k + (b + 1) / available.length)) / list.length);
    }
  if (out !== undefined) await writeFile(out, `${JSON.stringify({ calibration, timings }, undefined, 2)}\n`);
  return `${tuneTable(calibration, whereKept())}\n${benchTable(list, timings)}`;
}

/** Undefined for what the backend cannot do, and for what would take too long. */
async function time(workload: Workload, backend: BackendName, abort: AbortSignal): Promise<Timing | undefined> {
  if (backend === "webgpu" && workload.precision === "f64") return undefined;
  const { explained, run } = callsOf(workload, backend, abort);
  const { plan, seconds } = await explained();
  if (seconds > LIMIT) return undefined;
  const times: number[] = [];
  await run();
  for (const start = performance.now(); times.length < LEAST || performance.now() - start < 1000 * BUDGET; ) {
    const from = performance.now();
    await run();
    times.push((performance.now() - from) / 1000);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
  const { name } = workload;
  return { workload: name, backend, method: plan.method, threads: plan.threads, seconds: median, predicted: seconds };
}

interface Calls {
  explained(): Promise<Explanation>;
  run(): Promise<unknown>;
}

function callsOf(
  { signal: m, kernel: n, precision, layer }: Workload,
  backend: BackendName,
  abort: AbortSignal,
): Calls {
  const array = (shape: number[]): NdArray => {
    const data = precision === "f32" ? new Float32Array(sizeOf(shape)) : new Float64Array(sizeOf(shape));
    return { data: data.map((_, i) => ((i * 7919) % 2003) / 1000 - 1), shape };
  };
  const [signal, kernel] = [array(m), array(n)];
  if (layer) {
    const options = { padding: "same", backend } as const;
    return {
      explained: () => explain("conv", { signal, kernel }, options),
      run: () => conv(signal, kernel, { ...options, abort }),
    };
  }
  const options = { mode: "same", backend } as const;
  return {
    explained: () => explain("convolve", { signal, kernel }, options),
    run: () => convolve(signal, kernel, { ...options, abort }),
  };
}

const heading = ["workload", "backend", "method", "threads", "median", "predicted", ""];

/** Characters of a bar for each tenfold. */
const DECADE = 8;

export function benchTable(list: readonly Workload[], timings: readonly Timing[]): string {
  const shortest = Math.min(...timings.map(({ seconds }) => seconds));
  const bar = (seconds: number) => "█".repeat(1 + Math.round(DECADE * Math.log10(seconds / shortest)));
  const rows = timings.map(({ workload, backend, method, threads, seconds, predicted }) => [
    workload,
    backend,
    method,
    String(threads),
    formatSeconds(seconds),
    `${(predicted / seconds).toFixed(2)} of it`,
    bar(seconds),
  ]);
  const missing = list.filter(({ name }) => !timings.some(({ workload }) => workload === name)).map(({ name }) => name);
  return [
    table([heading, ...rows]),
    "",
    `bars: ${DECADE} characters for each tenfold`,
    ...list.map(
      ({ name, what, signal, kernel, precision }) => `${name}: ${what}, (${signal}) * (${kernel}), ${precision}`,
    ),
    `left out: what is predicted to take more than ${LIMIT} s${missing.length > 0 ? `, so all of ${missing.join(", ")}` : ""}; float64 on a GPU`,
    "",
  ].join("\n");
}
