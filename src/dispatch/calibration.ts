// How fast backends work: rates by which dispatch turns counted operations into time. Defaults, or what was measured on this machine.
import type { BackendInfo, BackendName } from "../backends/backend.js";
import type { Plan } from "../plan/plan.js";

/** How fast one kind of plan is: operations and bytes a second, and the seconds of a row, of a call, and of a run whatever it does. */
export interface Rate {
  flops: number;
  bytes: number;
  row: number;
  call: number;
  run: number;
}

/**
 * What it costs that tasks may be another thread's: seconds of each, bytes a second that go from one core's cache to another's, and that the
 * one thread which copies operands can copy.
 */
export interface Handing {
  task: number;
  bytes: number;
  copy: number;
}

/** What it costs to reach a device with memory of its own: bytes a second there and back, and the seconds until it answers. */
export interface Link {
  upload: number;
  readback: number;
  latency: number;
}

export type Rates = Record<"spectral" | "strip" | "tiles" | "rows", Rate> & {
  handing: Handing;
  /** Only of a backend that does not share the caller's memory. */
  link?: Link;
};

type Precision = Plan["precision"];

/** What was measured on a machine; JSON. */
export interface Calibration {
  version: typeof CALIBRATION_VERSION;
  /** The machine, the engine, this library and the builds of its backends: it is of no use for others. */
  key: string;
  /** The GPU that the rates of webgpu are for, as its backend describes it. */
  gpu?: string;
  /** Backends and precisions that are not there have the default rates. */
  rates: Partial<Record<BackendName, Partial<Record<Precision, Rates>>>>;
}

/** Raised whenever older measurements mean something else. */
export const CALIBRATION_VERSION = 2;

/** The rates that a backend has for a plan. */
export type Rating = (backend: BackendInfo, plan: Pick<Plan, "precision">) => Rates;

const handing: Handing = { task: 15e-6, bytes: 10e9, copy: 30e9 };

/** For float32, on one core at about 4 GHz: fitted to `npm run bench:evaluate` and `npm run bench:planner`, which print what they predict and what it measures. */
const simd: Rates = {
  spectral: { flops: 30e9, bytes: 78e9, row: 6e-9, call: 1.2e-6, run: 7e-6 },
  strip: { flops: 33e9, bytes: 24e9, row: 5e-9, call: 1e-6, run: 5e-6 },
  tiles: { flops: 38e9, bytes: 24e9, row: 5e-9, call: 1e-6, run: 8e-6 },
  rows: { flops: 2e9, bytes: 10e9, row: 0, call: 6e-6, run: 20e-6 },
  handing,
};
const scalar: Rates = {
  ...simd,
  spectral: { ...simd.spectral, flops: 7e9 },
  strip: { ...simd.strip, flops: 5e9 },
  tiles: { ...simd.tiles, flops: 6e9 },
};
const js: Rates = {
  spectral: { flops: 0.25e9, bytes: 2e9, row: 0, call: 2e-6, run: 5e-6 },
  strip: { flops: 0.07e9, bytes: 2e9, row: 0, call: 2e-6, run: 5e-6 },
  tiles: { flops: 0.06e9, bytes: 2e9, row: 0, call: 2e-6, run: 5e-6 },
  rows: { flops: 0.07e9, bytes: 2e9, row: 0, call: 2e-6, run: 5e-6 },
  handing,
};

/** A GPU of a few teraflops behind a bus: an estimate, not measured. Software adapters are slower, and never chosen. */
const gpuRate: Rate = { flops: 500e9, bytes: 200e9, row: 0, call: 0, run: 1.5e-3 };
const gpu: Rates = {
  spectral: gpuRate,
  strip: gpuRate,
  tiles: gpuRate,
  rows: gpuRate,
  handing,
  link: { upload: 4e9, readback: 4e9, latency: 0 },
};

export const defaultRates: Rating = ({ name, simd: hasSimd }, { precision }) => {
  if (name === "js") return js;
  if (name === "webgpu") return gpu;
  if (!hasSimd) return scalar;
  if (precision === "f32") return simd;
  // A vector holds half as many float64 numbers.
  const { spectral, strip, tiles } = simd;
  return {
    ...simd,
    spectral: { ...spectral, flops: spectral.flops / 2 },
    strip: { ...strip, flops: strip.flops / 2 },
    tiles: { ...tiles, flops: tiles.flops / 2 },
  };
};

/** Measured rates, and the default ones where there are none, or where they are another GPU's. */
export const ratesOf =
  (calibration: Calibration | undefined): Rating =>
  (backend, plan) => {
    const isOther = backend.name === "webgpu" && backend.detail !== calibration?.gpu;
    return (isOther ? undefined : calibration?.rates[backend.name]?.[plan.precision]) ?? defaultRates(backend, plan);
  };

/** A pass takes so many times as long as its plan does alone: it has few taps, and finds in the cache what the pass before needed. */
const PASS = 1.4;

/** Predicted seconds of a plan on a backend, with so many threads: one of them copies the operands and hands out the tasks, and works beside that. */
export function predict({ run, cost }: Plan, rates: Rates, threads = 1): number {
  if (run.kind === "separable")
    return PASS * run.passes.reduce((sum, pass) => sum + predict(pass, rates, Math.min(pass.threads, threads)), 0);
  const { flops, traffic, copied, rows, calls, tasks } = cost;
  const { task, bytes, copy } = rates.handing;
  const rate = rates[run.kind === "zero" ? "rows" : run.kind];
  const work = flops / rate.flops + traffic / rate.bytes + rows * rate.row + calls * rate.call;
  if (threads === 1) return rate.run + work;
  const each = (work + copied / bytes) / tasks + task;
  return rate.run + Math.max(each * Math.ceil(tasks / threads), copied / copy);
}

/** Bytes that would have to go to a device and back. */
export interface Transfers {
  there: number;
  back: number;
}

/** Seconds that a backend takes to get operands to where it computes, and the result back. */
export const predictTransfers = ({ there, back }: Transfers, { link }: Rates): number =>
  link ? link.latency + there / link.upload + back / link.readback : 0;
