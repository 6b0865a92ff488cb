// Every backend by every method, by benchmark.js: whole calls on one thread, `out` given, one entry after the other. What dispatch predicts stands
// beside. Ratios to rivals come from interleave.ts.
import Benchmark from "benchmark";
import { convolveSync, explain } from "helixconv";
import type { Workload } from "../src/cli/workloads.js";
import type { Arrays } from "./competitor.js";
import { operands } from "./helixconv.js";
import { quartiles, type Timing } from "./interleave.js";

/** Candidates predicted to take longer are left out, s. */
const PATIENCE = 3;

/** ms. */
export interface Rate extends Timing {
  predicted: number;
}

export async function measureRates(workload: Workload, arrays: Arrays): Promise<Rate[]> {
  const { x, w, out } = operands(workload, arrays);
  const { candidates } = await explain("convolve", { signal: x, kernel: w }, { mode: "same", threads: 1 });
  const suite = new Benchmark.Suite();
  const predictions = new Map<string, number>();
  for (const { backend, method, seconds, rejected } of candidates) {
    // On a GPU calls are asynchronous: gpu.ts.
    if (backend === "webgpu") continue;
    const name = `${backend} ${method}`;
    const known = predictions.get(name) ?? Number.POSITIVE_INFINITY;
    if (rejected !== undefined || seconds > PATIENCE || known <= seconds) continue;
    if (known === Number.POSITIVE_INFINITY)
      suite.add(name, () => void convolveSync(x, w, { mode: "same", threads: 1, backend, method, out }), {
        minSamples: 5,
        maxTime: 1,
      });
    predictions.set(name, seconds);
  }
  suite.run();
  return suite.map(({ name = "", stats }: Benchmark): Rate => {
    const times = stats.sample.map((seconds) => 1000 * seconds);
    return { name, ...quartiles(times), predicted: 1000 * (predictions.get(name) as number) };
  });
}
