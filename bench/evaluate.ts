// npm run bench:evaluate -- [count, default 300] [first seed, 1] [points, at most 10 to the, 7]: how much the dispatcher's choice loses against the best plan, over random problems of rank
// 1 to 6 with batches and channels, in both precisions; and beside it what "always one FFT" and "always direct sums" lose. The same measurements
// judge the default rates and this machine's own, with threads and without. bench/results/evaluate.json keeps every time, for
// bench/native/choose_conv.py, which judges SciPy's choose_conv_method on the shapes that it covers.
import { mkdirSync, writeFileSync } from "node:fs";
import { calibrate } from "../src/api/calibrate.js";
import type { Executable, Output } from "../src/backends/backend.js";
import { defaultRates, predict, type Rating, ratesOf } from "../src/dispatch/calibration.js";
import { choose } from "../src/dispatch/choose.js";
import { backendOf } from "../src/dispatch/registry.js";
import { allocate, rowMajor } from "../src/ndarray.js";
import { candidates } from "../src/plan/candidates.js";
import { onThreads } from "../src/plan/cost.js";
import { describePlan } from "../src/plan/explain.js";
import type { Plan } from "../src/plan/plan.js";
import type { Axis, Operand, Problem } from "../src/problem/problem.js";
import { Random } from "../test/random.js";

const [count = 300, firstSeed = 1, decades = 7] = process.argv.slice(2).map(Number);
const wasm = backendOf("wasm");
const info = wasm.describe();
const machine: Rating = ratesOf(await calibrate());

/** What is predicted to take more times the best, or more seconds, is left out, but for some. */
const PATIENCE = 10;
const SECONDS = 2;
const SPOT_CHECK = 0.05;
const ROUNDS = 7;
/** Rounds of one problem end after so long, s, and what takes longer than `SECONDS` is run once; what is predicted to take longer than the last, not at all. */
const BUDGET = 20;
const LONGEST = 60;
/** Where the choice loses more, all is measured again. */
const DOUBTFUL = 1.2;
/** A sample takes at least so long, ms. */
const SAMPLE = 0.5;

interface Timed {
  label: string;
  plan: Plan;
  seconds: number;
}

interface Case {
  seed: number;
  problem: Problem;
  timed: Timed[];
}

function randomProblem(seed: number): Problem {
  const random = new Random(seed);
  const rank = random.integer(1, 6);
  const [batch, cin, cout] = random.chance(0.4) ? [1, 2, 3].map(() => random.integer(1, 4)) : [1, 1, 1];
  const points = 10 ** (2 + (decades - 2) * random.next()) / ((batch as number) * (cin as number));
  const mode = random.pick(["same", "full", "valid"] as const);
  const axes = Array.from({ length: rank }, (): Axis => {
    const x = Math.max(2, Math.round(points ** (1 / rank) * 2 ** (random.next() - 0.5)));
    const w = random.integer(1, Math.max(2, Math.round((x / 2) ** random.next())));
    const window = { full: [0, x + w - 1], same: [Math.floor((w - 1) / 2), x], valid: [w - 1, x - w + 1] };
    const [lo, count] = window[mode] as [number, number];
    return { x, w, u: 1, v: 1, lo, step: 1, count };
  });
  if (axes.every(({ w }) => w === 1)) return randomProblem(seed + 1_000_000);
  const precision = random.pick(["f32", "f64"] as const);
  const channels = { batch: batch as number, groups: 1, cin: cin as number, cout: cout as number };
  return { precision, field: "real", conj: { x: false, w: false }, ...channels, axes };
}

/** Random numbers, as [outer, inner, axes]. */
function operand(precision: Plan["precision"], outer: number, inner: number, shape: number[]): Output {
  const slice = shape.reduce((product, n) => product * n, 1);
  const view = allocate([outer * inner * slice], precision === "f32" ? "float32" : "float64", "an operand");
  const random = new Random(slice);
  for (let i = 0; i < view.data.length; i++) view.data[i] = random.next() - 0.5;
  const offsets = (n: number, step: number) => Array.from({ length: n }, (_, k) => k * step);
  return {
    view,
    batch: offsets(outer, inner * slice),
    group: [0],
    channel: offsets(inner, slice),
    stride: rowMajor(shape),
  };
}

/** The times of all plans worth it, on one thread and on all, in turns. */
function measure(problem: Problem, seed: number): Timed[] {
  const { precision, batch, cin, cout, axes } = problem;
  const x = operand(
    precision,
    batch,
    cin,
    axes.map((axis) => axis.x),
  );
  const w = operand(
    precision,
    cout,
    cin,
    axes.map((axis) => axis.w),
  );
  const out = operand(
    precision,
    batch,
    cout,
    axes.map((axis) => axis.count),
  );
  const random = new Random(seed + 7);
  const plans = candidates(problem).flatMap((plan) => {
    const threads = Math.min(info.threads, plan.cost.tasks);
    return threads > 1 ? [plan, onThreads(plan, threads)] : [plan];
  });
  const predicted = plans.map((plan) => predict(plan, defaultRates(info, plan), plan.threads));
  const best = Math.min(...predicted);
  const entries = plans
    .filter((plan, k) => {
      const seconds = predicted[k] as number;
      const isWorthIt = seconds < Math.min(PATIENCE * best, SECONDS);
      return plan.run.kind !== "rows" && (isWorthIt || (random.chance(SPOT_CHECK) && seconds < LONGEST));
    })
    .map((plan) => prepared(plan, x, w, out));
  for (const entry of entries) entry.sample();
  const quick = entries.filter(({ samples }) => (samples[0] as number) < SECONDS);
  for (const { samples } of quick) samples.length = 0;
  const start = performance.now();
  for (let round = 0; round < 3 || (round < ROUNDS && performance.now() - start < 1000 * BUDGET); round++)
    for (const entry of quick) entry.sample();
  for (const { executable } of entries) executable.dispose();
  return entries.map(({ plan, samples }) => ({
    label: `${describePlan(plan)} x${plan.threads}`,
    plan,
    seconds: median(samples),
  }));
}

function prepared(plan: Plan, x: Operand, w: Operand, out: Output) {
  const executable = wasm.prepareSync?.(plan, w) as Executable;
  const samples: number[] = [];
  let calls = 0;
  const time = (times: number) => {
    const start = performance.now();
    for (let call = 0; call < times; call++) {
      executable.setKernel(w);
      executable.runSync?.(x, out, {});
    }
    return (performance.now() - start) / times;
  };
  const warm = () => {
    const once = time(1);
    return once > 100 ? once : Math.min(once, time(2), time(4));
  };
  const sample = () => {
    // The first finds out how many calls a sample has, and warms up.
    if (calls === 0) calls = Math.min(256, Math.max(1, Math.ceil(SAMPLE / warm())));
    samples.push(time(calls) / 1000);
  };
  return { plan, executable, samples, sample };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** How many times as long as the best measured plan the chosen one takes. */
function lossOf({ problem, timed }: Case, rating: Rating, threads: number | undefined): number {
  const { plan } = choose(problem, [info], rating, { backend: "auto", method: "auto", threads, maxMemory: 2 ** 53 });
  const eligible = timed.filter((entry) => threads === undefined || entry.plan.threads <= threads);
  const chosen = eligible.find((entry) => isSame(entry.plan, plan));
  return (chosen?.seconds ?? Number.NaN) / Math.min(...eligible.map(({ seconds }) => seconds));
}

const isSame = (a: Plan, b: Plan): boolean =>
  a.threads === b.threads && a.outer === b.outer && JSON.stringify(a.run) === JSON.stringify(b.run);

/** The same for a method that is always taken, on one thread; as it is predicted where it is too slow to measure. */
function lossOfAlways({ timed, problem }: Case, kind: "strip" | "spectral"): number {
  const alone = timed.filter(({ plan }) => plan.threads === 1);
  const best = Math.min(...alone.map(({ seconds }) => seconds));
  const isIt = ({ run, outer, method }: Plan) => run.kind === kind && outer === 0 && method !== "overlap-save";
  const found = alone.find(({ plan }) => isIt(plan))?.seconds;
  const plan = candidates(problem).find(isIt) as Plan;
  return Math.max(1, (found ?? predict(plan, defaultRates(info, plan))) / best);
}

function report(title: string, losses: readonly number[]): void {
  const sorted = losses.filter(Number.isFinite).toSorted((a, b) => a - b);
  const mean = Math.exp(sorted.reduce((sum, loss) => sum + Math.log(loss), 0) / sorted.length);
  const at = (part: number) => (sorted[Math.floor(part * (sorted.length - 1))] as number).toFixed(2);
  const missing = losses.length - sorted.length;
  console.log(
    `${title.padEnd(44)} ${mean.toFixed(3)}x, 95th percentile ${at(0.95)}, worst ${at(1)}${missing ? `; ${missing} not measured` : ""}`,
  );
}

const cases: Case[] = [];
for (let k = 0; k < count; k++) {
  const seed = firstSeed + k;
  const problem = randomProblem(seed);
  let timed = measure(problem, seed);
  const title = `${seed}: ${problem.precision} ${problem.batch}x${problem.cin}->${problem.cout} (${problem.axes.map(({ x }) => x)}) * (${problem.axes.map(({ w }) => w)})`;
  const losses = (of: Timed[]) =>
    [1, undefined].map((threads) => lossOf({ seed, problem, timed: of }, machine, threads));
  const first = losses(timed);
  if (first.some((loss) => loss > DOUBTFUL)) {
    timed = measure(problem, seed);
    const best = timed.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    const show = (list: number[]) => list.map((loss) => loss.toFixed(2)).join(" and ");
    console.log(`${title}: loses ${show(first)}, and again ${show(losses(timed))}; best is ${best.label}`);
  }
  cases.push({ seed, problem, timed });
}
mkdirSync("bench/results", { recursive: true });
writeFileSync(
  "bench/results/evaluate.json",
  JSON.stringify(
    cases.map(({ seed, problem, timed }) => ({
      seed,
      problem,
      timed: timed.map(({ label, seconds, plan }) => ({
        label,
        seconds,
        threads: plan.threads,
        run: plan.run,
        outer: plan.outer,
        cost: plan.cost,
      })),
    })),
  ),
);
console.log(`\n${count} random problems: the choice against the best measured (geometric mean)`);
report(
  "this machine's rates, one thread",
  cases.map((found) => lossOf(found, machine, 1)),
);
report(
  "this machine's rates, all threads",
  cases.map((found) => lossOf(found, machine, undefined)),
);
report(
  "default rates, one thread",
  cases.map((found) => lossOf(found, defaultRates, 1)),
);
report(
  "default rates, all threads",
  cases.map((found) => lossOf(found, defaultRates, undefined)),
);
report(
  "always one FFT, one thread",
  cases.map((found) => lossOfAlways(found, "spectral")),
);
report(
  "always direct sums, one thread",
  cases.map((found) => lossOfAlways(found, "strip")),
);
