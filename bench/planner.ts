// npm run bench:planner [W1 …]: every candidate plan of a workload on the wasm backend, one thread, beside what is predicted; and what the choice loses
// against the fastest. Random problems, and threads: npm run bench:evaluate.
import type { Workload } from "../src/cli/workloads.js";
import { defaultRates, predict } from "../src/dispatch/calibration.js";
import { candidates } from "../src/plan/candidates.js";
import { describePlan } from "../src/plan/explain.js";
import type { Spectral } from "../src/plan/plan.js";
import { reduceConv } from "../src/problem/conv.js";
import { reduceConvolve } from "../src/problem/convolve.js";
import type { Problem } from "../src/problem/problem.js";
import { arraysFor, info, timePlans } from "./planTimes.js";
import { select } from "./selection.js";

/** What is predicted to take more times the best is left out. */
const PATIENCE = 20;

function problemOf({ signal, kernel, precision, layer }: Workload): Problem {
  const dtype = precision === "f32" ? "float32" : "float64";
  const [x, w] = [
    { shape: signal, dtype },
    { shape: kernel, dtype },
  ] as const;
  const reduction = layer
    ? reduceConv(x, w, { padding: "same" })
    : reduceConvolve(x, w, { mode: "same", correlate: false });
  return reduction.problem;
}

async function compare(workload: Workload): Promise<void> {
  const { name, signal, kernel, precision } = workload;
  const problem = problemOf(workload);
  const all = candidates(problem).map((plan) => ({ plan, predicted: predict(plan, defaultRates(info, plan)) }));
  const best = all.reduce((a, b) => (b.predicted < a.predicted ? b : a));
  const near = all.filter(({ predicted }) => predicted < PATIENCE * best.predicted);
  const seconds = await timePlans(
    near.map(({ plan }) => plan),
    arraysFor(problem),
  );
  const timed = near
    .map((candidate, k) => ({ ...candidate, measured: seconds[k] as number }))
    .toSorted((a, b) => a.measured - b.measured);
  const chosen = timed.find(({ plan }) => plan === best.plan)?.measured ?? Number.NaN;
  console.log(
    `\n${name} (${signal}) * (${kernel}) same, ${precision}: the choice takes ${(chosen / (timed[0]?.measured ?? 0)).toFixed(2)} times the fastest`,
  );
  for (const { plan, predicted, measured } of timed) {
    const length = plan.run.kind === "spectral" ? lengthOf(plan.run) : "";
    const what = `${describePlan(plan)} ${length}${plan === best.plan ? " (chosen)" : ""}`;
    console.log(
      `  ${what.padEnd(52)} ${ms(measured)} ms, predicted ${ms(predicted)}, ${(predicted / measured).toFixed(2)} of it`,
    );
  }
}

const lengthOf = ({ length, odd }: Spectral): string => `of ${odd} * 2^${Math.log2(length / odd)}`;

const ms = (seconds: number): string => (1000 * seconds).toFixed(2).padStart(9);

const { workloads } = select(process.argv.slice(2), []);
for (const workload of workloads) if (!workload.gaussian) await compare(workload);
