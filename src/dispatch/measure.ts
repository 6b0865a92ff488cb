// Measures how fast this machine is: in one go when it is asked to, or unasked in idle time, once in a process and once on a machine.
//
// Nothing is measured on a caller's path: in its first 40 ms or so, WebAssembly is four times slower than it will be, until the engine has
// compiled it for good (`npm run bench:probes`), so that a short look would mislead.

import type { Backend } from "../backends/backend.js";
import { whenIdle } from "../backends/platform/process.js";
import type { Plan } from "../plan/plan.js";
import { CALIBRATION_VERSION, type Calibration, defaultRates, type Rates } from "./calibration.js";
import { fit, type Sample } from "./fit.js";
import { startThreads, timeHanding } from "./handing.js";
import { adopt, keep, lookUp, machineKey } from "./known.js";
import { type Probe, probesOf, timeProbe } from "./probes.js";
import { backendNames, backendOf } from "./registry.js";

/** Each probe is timed so often, in rounds, and its least time counts: the first round may find code that is not compiled yet. */
const ROUNDS = 5;

/** One piece of the work: some milliseconds. */
type Step = () => void;

interface Measurement {
  steps: Step[];
  /** What the steps amount to, once all are done. */
  result(): Calibration;
  dispose(): void;
}

/** The steps that measure everything. */
function measurement(): Measurement {
  const rates: Calibration["rates"] = {};
  const probes: Probe[] = [];
  const measured = backendNames.map(backendOf).filter((backend) => backend.prepareSync && backend.describe().available);
  const steps = [
    ...measured.map((backend) => () => startThreads(backend)),
    ...measured.flatMap((backend) =>
      precisions.flatMap((precision) =>
        stepsFor(backend, precision, probes, (found) => {
          rates[backend.name] = { ...rates[backend.name], [precision]: found };
        }),
      ),
    ),
    ...measured.map((backend) => () => {
      const found = rates[backend.name];
      if (!found?.f32 || !found.f64) return;
      const handing = timeHanding(backend, found.f32);
      rates[backend.name] = { f32: { ...found.f32, handing }, f64: { ...found.f64, handing } };
    }),
  ];
  return {
    steps,
    result: () => ({ version: CALIBRATION_VERSION, key: machineKey(), rates }),
    dispose: () => {
      for (const probe of probes) probe.dispose();
    },
  };
}

const precisions = ["f32", "f64"] as const;

function stepsFor(backend: Backend, precision: Plan["precision"], held: Probe[], done: (rates: Rates) => void): Step[] {
  const probes = probesOf(backend, precision);
  const samples: (Sample & { probe: Probe })[] = [];
  const first = probes.map((prepare) => () => {
    const probe = prepare();
    held.push(probe);
    samples.push({ ...probe, probe, seconds: timeProbe(probe) });
  });
  const again = probes.map((_, k) => () => {
    const sample = samples[k];
    if (sample) sample.seconds = Math.min(sample.seconds, timeProbe(sample.probe));
  });
  const rounds = Array.from({ length: ROUNDS - 1 }, () => again).flat();
  return [...first, ...rounds, () => done(fit(defaultRates(backend.describe(), { precision }), samples))];
}

/** Measures everything, in about two seconds; lets other work in between. */
export async function measureNow(onProgress?: (fraction: number) => void): Promise<Calibration> {
  const { steps, result, dispose } = measurement();
  try {
    for (const [k, step] of steps.entries()) {
      step();
      onProgress?.((k + 1) / steps.length);
      await new Promise((resolve) => setTimeout(resolve));
    }
    return result();
  } finally {
    dispose();
  }
}

let begun = false;

/** In idle time, unless the machine's speed is known: what is measured holds from then on, and is remembered. Called again, it does nothing. */
export async function measureWhenIdle(): Promise<void> {
  if (begun || lookUp()) return;
  begun = true;
  const { steps, result, dispose } = measurement();
  try {
    for (const step of steps) {
      await idle();
      // The caller, or another process, may have been first.
      if (lookUp()) return;
      step();
    }
    const calibration = result();
    adopt(calibration);
    keep(calibration);
  } catch {
    // A backend that fails here will fail where it is used, and be told there.
  } finally {
    dispose();
  }
}

const idle = () => new Promise<void>((resolve) => whenIdle(resolve));
