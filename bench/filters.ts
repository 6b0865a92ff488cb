// npm run bench:filters: divisions of 10^7 float32 samples on one thread, beside a loop in C (gcc -O3) and SciPy's lfilter, in turns; ratios. Ours goes
// from JavaScript array to JavaScript array.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { divide, type HelixFilter } from "helixconv/filter";

const N = 1e7;
const ROUNDS = 5;
const PROGRAM = "build/bench/recursion";
/** Samples of a row of the helix. */
const WIDTH = 3000;

mkdirSync("build/bench", { recursive: true });
execFileSync("gcc", ["-O3", "-march=native", "-Wall", "-Wextra", "-Werror", "bench/native/recursion.c", "-o", PROGRAM]);
const x = { data: Float32Array.from({ length: N }, (_, t) => ((t * 7919) % 2003) / 1000 - 1), shape: [N] };

/** Half of the taps along a row, the others around the place above. */
const helical = (taps: number): number[] =>
  Array.from({ length: taps }, (_, k) => (k < taps / 2 ? k + 1 : WIDTH + k - Math.floor((3 * taps) / 4)));
const dense = (taps: number): number[] => Array.from({ length: taps }, (_, k) => k + 1);

for (const taps of [10, 25, 50]) compare(`helix, ${taps} taps`, helical(taps), "C");
for (const taps of [2, 8, 32]) compare(`dense, ${taps} taps`, dense(taps), "lfilter");

function compare(name: string, lags: readonly number[], rival: "C" | "lfilter"): void {
  const weights = lags.map((_, k) => (0.7 * (k % 2 ? 1 : -1)) / lags.length);
  const filter: HelixFilter = { a0: 1, offsets: lags.map((lag) => [lag]), coefficients: weights };
  const theirs = () => {
    const output =
      rival === "C"
        ? execFileSync(PROGRAM, [N, lags.length, ...lags, ...weights].map(String))
        : execFileSync("/usr/bin/python3", ["bench/native/lfilter_bench.py", String(N), ...weights.map(String)]);
    return String(output).split(" ").map(Number) as [number, number];
  };
  const ours = (): [number, number] => {
    let [least, last] = [Number.POSITIVE_INFINITY, 0];
    for (let run = 0; run < 3; run++) {
      const start = performance.now();
      const { data } = divide(filter, x);
      least = Math.min(least, performance.now() - start);
      last = data[N - 1] as number;
    }
    return [least, last];
  };
  const ratios: number[] = [];
  let row = "";
  for (let round = 0; round < ROUNDS; round++) {
    const [our, last] = ours();
    const [their, expected] = theirs();
    if (!(Math.abs(last - expected) < 1e-4)) throw new Error(`${name}: ${last} is not ${expected}`);
    ratios.push(our / their);
    row = `${our.toFixed(1)} ms, ${rival} ${their.toFixed(1)} ms`;
  }
  ratios.sort((a, b) => a - b);
  console.log(
    `${name.padEnd(16)} ${(ratios[2] as number).toFixed(2)} of ${rival} (${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}); last: ${row}`,
  );
}
