// npm run bench [W1 …]: every workload on every backend by every method that is predicted to take less than some seconds. Calls are
// whole: from JavaScript arrays to a given `out`. Prints the median, and the prediction that dispatch goes by.
import { mkdirSync, writeFileSync } from "node:fs";
import Benchmark from "benchmark";
import { backends, type ConvolutionOptions, convolveSync, explain, type NdArray } from "helixconv";
import { Random } from "../test/random.js";
import { type Workload, workloads } from "./workloads.js";

/** Candidates predicted to take longer are left out, s. */
const PATIENCE = 4;

interface Row {
  workload: string;
  backend: string;
  method: string;
  milliseconds: number;
  spread: number;
  predicted: number;
  samples: number;
}

async function measure({ name, signal, kernel }: Workload): Promise<Row[]> {
  const random = new Random(1);
  const filled = (shape: number[]): NdArray => ({ data: Float32Array.from(random.reals(size(shape))), shape });
  const [x, w] = [filled(signal), filled(kernel)];
  const out = { data: new Float32Array(size(signal)), shape: signal };
  const { candidates } = await explain("convolve", { signal: x, kernel: w }, { mode: "same" });
  const suite = new Benchmark.Suite();
  const predictions = new Map<string, number>();
  for (const { backend, method, seconds, rejected } of candidates) {
    const label = `${backend} ${method}`;
    const better = (predictions.get(label) ?? Number.POSITIVE_INFINITY) <= seconds;
    if (rejected !== undefined || seconds > PATIENCE || better) continue;
    if (!predictions.has(label)) {
      const options: ConvolutionOptions = { mode: "same", backend, method, out };
      suite.add(label, () => void convolveSync(x, w, options), { minSamples: 7, maxTime: 2 });
    }
    predictions.set(label, seconds);
  }
  suite.run();
  return suite.map((bench: Benchmark): Row => {
    const [backend = "", method = ""] = (bench.name ?? "").split(" ");
    const sample = bench.stats.sample.toSorted((a, b) => a - b);
    const at = (q: number) => 1000 * (sample[Math.floor(q * (sample.length - 1))] as number);
    return {
      workload: name,
      backend,
      method,
      milliseconds: at(0.5),
      spread: at(0.75) - at(0.25),
      predicted: 1000 * (predictions.get(bench.name ?? "") ?? Number.NaN),
      samples: sample.length,
    };
  });
}

const size = (shape: readonly number[]): number => shape.reduce((n, m) => n * m, 1);

const wanted = process.argv.slice(2);
const rows: Row[] = [];
for (const workload of workloads.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n${workload.name} ${workload.what}: (${workload.signal}) * (${workload.kernel})`);
  const measured = await measure(workload);
  const best = Math.min(...measured.map(({ milliseconds }) => milliseconds));
  for (const { backend, method, milliseconds, spread, predicted, samples } of measured)
    console.log(
      `  ${`${backend} ${method}`.padEnd(12)} ${(milliseconds / best).toFixed(2).padStart(8)}x ${milliseconds.toFixed(2).padStart(10)} ms` +
        `  quartiles ${spread.toFixed(2)} apart, ${samples} samples; predicted ${(predicted / milliseconds).toFixed(2)} of it`,
    );
  rows.push(...measured);
}
const file = "bench/results/backends.json";
mkdirSync("bench/results", { recursive: true });
writeFileSync(file, `${JSON.stringify({ node: process.version, backends: await backends(), rows }, undefined, 2)}\n`);
console.log(`\nwritten to ${file}`);
