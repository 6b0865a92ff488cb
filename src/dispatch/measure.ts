// Measures how fast this machine is: in one go when it is asked to, or unasked in idle time, once in a process and once on a machine.
//
// Nothing is measured on a caller's path: in its first 40 ms or so, WebAssembly is four times slower than it will be, until the engine has
// compiled it for good (`npm run bench:probes`), so that a short look would mislead.

import type { Backend } from "../backends/backend.js";
import { whenIdle } from "../backends/platform/process.js";
import type { Plan } from "../plan/plan.js";
import { type Calibration, defaultRates, type Rates } from "./calibration.js";
import { fit, type Sample } from "./fit.js";
import { measureGpu } from "./gpuProbes.js";
import { startThreads, timeHanding } from "./handing.js";
import { adopt, currentCalibration, currentGpu, keep, nothing, unmeasured } from "./known.js";
import { type Probe, probesOf, timeProbe } from "./probes.js";
import { backendNames, backendOf, detectAll } from "./registry.js";

/**
 * Each probe is timed in so many rounds, and its least time counts: the first round may find code that is not compiled yet. Unless a second time
 * comes this near to it, more rounds follow; and if none ever comes near, the machine was too busy for this probe to say anything.
 */
const ROUNDS = { least: 5, most: 12 };
const NEAR = { enough: 1.05, barely: 1.25 };

/** One piece of the work: some milliseconds. */
type Step = () => void;

interface Measurement {
  steps: Step[];
  /** What the steps amount to, once all are done. */
  result(): Calibration;
  dispose(): void;
}

/** A probe, and the seconds that it took in each round. */
interface Timed {
  backend: Backend;
  precision: Plan["precision"];
  prepare: () => Probe;
  probe?: Probe;
  times: number[];
}

/** The steps that measure everything but GPUs: rounds of all probes, so that each is spread over all the time there is. */
function measurement(): Measurement {
  const rates: Calibration["rates"] = {};
  const measured = backendNames.map(backendOf).filter((backend) => backend.prepareSync && backend.describe().available);
  const probes = measured.flatMap((backend) =>
    precisions.flatMap((precision) =>
      probesOf(backend, precision).map((prepare): Timed => ({ backend, precision, prepare, times: [] })),
    ),
  );
  const steps = [
    ...measured.map((backend) => () => startThreads(backend)),
    ...Array.from({ length: ROUNDS.most }, (_, round) =>
      probes.map((probe) => () => measureAgain(probe, round)),
    ).flat(),
    ...measured.map((backend) => () => {
      rates[backend.name] = ratesFrom(backend, probes);
    }),
  ];
  return {
    steps,
    result: () => ({ ...nothing(), rates }),
    dispose: () => {
      for (const { probe } of probes) probe?.dispose();
    },
  };
}

const precisions = ["f32", "f64"] as const;

function measureAgain(timed: Timed, round: number): void {
  if (round >= ROUNDS.least && isConfirmed(timed.times, NEAR.enough)) return;
  timed.probe ??= timed.prepare();
  timed.times.push(timeProbe(timed.probe));
}

function ratesFrom(backend: Backend, probes: readonly Timed[]): Record<Plan["precision"], Rates> {
  const of = (precision: Plan["precision"]): Rates => {
    const sure = probes.filter(
      (timed) => timed.backend === backend && timed.precision === precision && isConfirmed(timed.times, NEAR.barely),
    );
    const samples = sure.flatMap(({ probe, times }): Sample[] =>
      probe ? [{ ...probe, seconds: Math.min(...times) }] : [],
    );
    return fit(defaultRates(backend.describe(), { precision }), samples);
  };
  const [f32, f64] = [of("f32"), of("f64")];
  const handing = timeHanding(backend, f32);
  return { f32: { ...f32, handing }, f64: { ...f64, handing } };
}

/** Whether the two least of some times differ by no more than so many times. */
function isConfirmed(times: readonly number[], near: number): boolean {
  const [least = 0, second = Number.POSITIVE_INFINITY] = times.toSorted((a, b) => a - b);
  return second <= near * least;
}

/** Measures everything, in some seconds; lets other work in between. */
export async function measureNow(onProgress?: (fraction: number) => void): Promise<Calibration> {
  await detectAll();
  const { steps, result, dispose } = measurement();
  try {
    for (const [k, step] of steps.entries()) {
      step();
      onProgress?.((k + 1) / (steps.length + 1));
      await new Promise((resolve) => setTimeout(resolve));
    }
    const calibration = await withGpu(result());
    onProgress?.(1);
    return calibration;
  } finally {
    dispose();
  }
}

/** With the rates of the GPU that is there, if one is. One that fails here will fail where it is used, and be told there. */
async function withGpu(calibration: Calibration): Promise<Calibration> {
  const gpu = currentGpu();
  const f32 = gpu === undefined ? undefined : await measureGpu(backendOf("webgpu")).catch(() => undefined);
  return gpu === undefined || !f32
    ? calibration
    : { ...calibration, gpu, rates: { ...calibration.rates, webgpu: { f32 } } };
}

/** What has been begun unasked. */
const begun = new Set<string>();

/** In idle time, what is not known yet of this machine, and then of its GPU, each once in a process; it holds from then on, and is remembered. */
export async function measureWhenIdle(): Promise<void> {
  const what = unmeasured();
  if (what === "nothing" || begun.has(what)) return;
  begun.add(what);
  try {
    const calibration =
      what === "all" ? await inIdleTime(measurement()) : await withGpu(currentCalibration() ?? nothing());
    if (!calibration || unmeasured() !== what) return;
    adopt(calibration);
    keep(calibration);
  } catch {
    // As for a GPU.
    return;
  }
  await measureWhenIdle();
}

/** Undefined if the caller, or another process, is first. */
async function inIdleTime({ steps, result, dispose }: Measurement): Promise<Calibration | undefined> {
  try {
    for (const step of steps) {
      await new Promise<void>((resolve) => whenIdle(resolve));
      if (unmeasured() !== "all") return undefined;
      step();
    }
    return result();
  } finally {
    dispose();
  }
}
