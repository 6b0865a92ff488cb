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

/** The steps that measure everything but GPUs. */
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
    result: () => ({ ...nothing(), rates }),
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
