// How well the planner predicts: every candidate plan of the wasm backend, run and timed beside its prediction, and how much the planner's
// choice loses against the fastest. npm run bench:planner [W1 … | count of random shapes]
import { createWasm } from "../src/backends/wasm/index.js";
import { workloads } from "../src/cli/workloads.js";
import { defaultRates, predict } from "../src/dispatch/calibration.js";
import { allocate } from "../src/ndarray.js";
import { candidates } from "../src/plan/candidates.js";
import type { Plan } from "../src/plan/plan.js";
import { reduceConv } from "../src/problem/conv.js";
import { reduceConvolve } from "../src/problem/convolve.js";
import type { Reduction } from "../src/problem/problem.js";
import { Random } from "../test/random.js";

const size = (shape: readonly number[]): number => shape.reduce((n, m) => n * m, 1);
const wasm = createWasm();
const info = wasm.describe();

interface Timed {
  label: string;
  plan: Plan;
  predicted: number;
  measured: number;
}

type Mode = "same" | "full" | "valid";

function reduce(signal: number[], kernel: number[], mode: Mode | "layer"): Reduction {
  const spec = (shape: number[]) => ({ shape, dtype: "float32" as const });
  return mode === "layer"
    ? reduceConv(spec(signal), spec(kernel), { padding: "same" })
    : reduceConvolve(spec(signal), spec(kernel), { mode, correlate: false });
}

/** Times all plans that are predicted to take less than 20 times the best, in turn. */
function time(signal: number[], kernel: number[], mode: Mode | "layer", patience: number): Timed[] {
  const random = new Random(1);
  const { problem, outShape, ...reduction } = reduce(signal, kernel, mode);
  const array = (shape: number[]) => ({
    ...allocate(shape, "float32", "input"),
    data: Float32Array.from(random.reals(size(shape))),
  });
  const [x, w, out] = [
    reduction.x(array(signal)),
    reduction.w(array(kernel)),
    reduction.out(allocate(outShape, "float32", "out")),
  ];
  const plans = candidates(problem).map((plan) => ({ plan, predicted: predict(plan, defaultRates(info, plan)) }));
  const best = Math.min(...plans.map(({ predicted }) => predicted));
  const runs = plans
    .filter(({ predicted, plan }) => predicted < patience * best + 1e-4 && plan.run.kind !== "rows")
    .map(({ plan, predicted }) => {
      const executable = wasm.prepareSync?.(plan, w);
      if (!executable) throw new Error("wasm runs synchronously");
      const times: number[] = [];
      const run = () => {
        const start = performance.now();
        executable.setKernel(w);
        executable.runSync?.(x, out, {});
        times.push(performance.now() - start);
      };
      return {
        label: labelOf(plan),
        plan,
        predicted: 1000 * predicted,
        run,
        times,
        dispose: () => executable.dispose(),
      };
    });
  for (const { run, times } of runs) {
    for (const start = performance.now(); performance.now() - start < WARM_UP; ) run();
    times.length = 0;
  }
  for (let round = 0, start = performance.now(); round < 3 || (round < 99 && performance.now() - start < 300); round++)
    for (const { run } of runs) run();
  for (const { dispose } of runs) dispose();
  return runs.map(({ label, plan, predicted, times }) => ({ label, plan, predicted, measured: median(times) }));
}

/** How long each plan runs before it is timed, ms: code is compiled. */
const WARM_UP = 30;

function labelOf({ run, outer }: Plan): string {
  if (run.kind !== "spectral") return run.kind;
  const length = `${run.odd}*2^${Math.log2(run.length / run.odd)}`;
  return run.blocks > 1 ? `${run.blocks} blocks of ${length}` : outer > 0 ? `${outer} outer, ${length}` : length;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

function report(title: string, timed: Timed[], verbose: boolean): number {
  const chosen = timed.reduce((a, b) => (b.predicted < a.predicted ? b : a));
  const fastest = timed.reduce((a, b) => (b.measured < a.measured ? b : a));
  const loss = chosen.measured / fastest.measured;
  console.log(`${title}: chose ${chosen.label}, fastest ${fastest.label}, ${loss.toFixed(2)}x`);
  if (verbose)
    for (const { label, predicted, measured } of timed.toSorted((a, b) => a.measured - b.measured))
      console.log(
        `  ${label.padEnd(28)} ${measured.toFixed(2).padStart(9)} ms, predicted ${predicted.toFixed(2).padStart(9)}, ${(predicted / measured).toFixed(2)} of it`,
      );
  return loss;
}

const args = process.argv.slice(2);
const count = Number(args[0] ?? 0);
if (count > 0) {
  const losses: number[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const random = new Random(seed);
    const rank = random.integer(1, 6);
    const total = 10 ** (2 + 4 * random.next());
    const signal = Array.from({ length: rank }, () =>
      Math.max(1, Math.round(total ** (1 / rank) * 2 ** (2 * random.next() - 1))),
    );
    const kernel = signal.map((m) =>
      random.integer(1, Math.max(1, Math.min(m, Math.round(m ** (0.3 + 0.7 * random.next()))))),
    );
    const mode = random.pick(["same", "full", "valid"] as const);
    losses.push(report(`${seed}: (${signal}) * (${kernel}) ${mode}`, time(signal, kernel, mode, 8), false));
  }
  const mean = Math.exp(losses.reduce((sum, loss) => sum + Math.log(loss), 0) / losses.length);
  console.log(
    `${count} random shapes: the choice takes ${mean.toFixed(3)}x the fastest (geometric mean), at worst ${Math.max(...losses).toFixed(2)}x`,
  );
} else
  for (const { name, signal, kernel, layer } of workloads.filter(
    ({ name, precision }) => precision === "f32" && (args.length === 0 || args.includes(name)),
  ))
    report(`${name} (${signal}) * (${kernel}) same`, time(signal, kernel, layer ? "layer" : "same", 20), true);
