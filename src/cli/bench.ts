// helixconv bench: the workloads that numbers in this project refer to, on every backend of this machine, as a table with bars.
import { writeFile } from "node:fs/promises";
import { formatSeconds } from "../format.js";
import { type BackendName, backends, convolve, explain, type Method, type NdArray } from "../index.js";
import { table } from "./table.js";
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

/** `out`: a file to which the timings go as JSON. */
export async function bench(
  out: string | undefined,
  onProgress: (fraction: number) => void,
  abort: AbortSignal,
): Promise<string> {
  // A layer sums over channels, which convolve does not.
  const list = workloads.filter(({ layer, gaussian }) => !layer && !gaussian);
  const available = (await backends()).filter((backend) => backend.available);
  const timings: Timing[] = [];
  for (const [k, workload] of list.entries())
    for (const [b, { name }] of available.entries()) {
      abort.throwIfAborted();
      const timing = await time(workload, name);
      if (timing) timings.push(timing);
      onProgress((k + (b + 1) / available.length) / list.length);
    }
  if (out !== undefined) await writeFile(out, `${JSON.stringify(timings, undefined, 2)}\n`);
  return benchTable(list, timings);
}

async function time(workload: Workload, backend: BackendName): Promise<Timing | undefined> {
  const array = (shape: number[]): NdArray => {
    const data = workload.precision === "f32" ? new Float32Array(sizeOf(shape)) : new Float64Array(sizeOf(shape));
    return { data: data.map((_, i) => ((i * 7919) % 2003) / 1000 - 1), shape };
  };
  const [signal, kernel] = [array(workload.signal), array(workload.kernel)];
  const options = { mode: "same", backend } as const;
  const { plan, seconds } = await explain("convolve", { signal, kernel }, options);
  if (seconds > LIMIT) return undefined;
  const times: number[] = [];
  await convolve(signal, kernel, options);
  for (const start = performance.now(); times.length < LEAST || performance.now() - start < 1000 * BUDGET; ) {
    const from = performance.now();
    await convolve(signal, kernel, options);
    times.push((performance.now() - from) / 1000);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
  const { name } = workload;
  return { workload: name, backend, method: plan.method, threads: plan.threads, seconds: median, predicted: seconds };
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
    `left out: what is predicted to take more than ${LIMIT} s${missing.length > 0 ? `, so all of ${missing.join(", ")}` : ""}; W6, a layer`,
    "",
  ].join("\n");
}
