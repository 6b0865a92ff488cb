// What it costs to share work: measured by a plan of many small tasks, which a team of threads works on, and one thread alone.
import type { Backend } from "../backends/backend.js";
import { candidates } from "../plan/candidates.js";
import { defaultRates, type Handing, type Rates } from "./calibration.js";
import { prepareProbe, problemOf, timeProbe } from "./probes.js";

/** A batch of short transforms, each a task. */
const BATCH = 96;
const problem = { ...problemOf("f32", [1800], [200]), batch: BATCH };

/** What is so many times the default, or a part of it, was disturbed. */
const MOST = 2;

/** Starts the threads that the measurement needs: they are ready some 100 ms later, once the event loop has had its turn. */
export function startThreads(backend: Backend): void {
  const { threads } = backend.describe();
  const probe = threads > 1 ? handingProbe(backend, threads) : undefined;
  probe?.run();
  probe?.dispose();
}

/** How a backend hands out tasks, by rates that are measured already; the default where it has no threads. */
export function timeHanding(backend: Backend, rates: Rates): Handing {
  const { threads } = backend.describe();
  const { handing } = defaultRates(backend.describe(), { precision: "f32" });
  if (threads < 2) return handing;
  const [alone, shared] = [handingProbe(backend, 1), handingProbe(backend, threads)];
  const [one, all] = [timeProbe(alone), timeProbe(shared)];
  alone.dispose();
  shared.dispose();
  // predict() in calibration.ts, solved for the seconds of a task.
  const { tasks, copied } = shared.plan.cost;
  const { run } = rates.spectral;
  const each = (all - run) / Math.ceil(tasks / threads);
  const task = each - (one - run + copied / handing.bytes) / tasks;
  return { ...handing, task: Math.min(MOST * handing.task, Math.max(handing.task / MOST, task)) };
}

function handingProbe(backend: Backend, threads: number) {
  const plan = candidates(problem).find(({ method }) => method === "fft");
  if (!plan) throw new Error("no plan for the probe of threads");
  return prepareProbe(backend, problem, { ...plan, threads });
}
