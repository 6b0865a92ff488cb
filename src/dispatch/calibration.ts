// How fast a backend works: rates by which dispatch turns counted operations into time.
import type { BackendInfo } from "../backends/backend.js";
import type { Plan } from "../plan/plan.js";

/** How fast one kind of plan is: operations and bytes a second, and the seconds of a row, of a call, and of a run whatever it does. */
export interface Rate {
  flops: number;
  bytes: number;
  row: number;
  call: number;
  run: number;
  /** Bytes a second of operands and results that have to go somewhere else and back; unlimited where left out. */
  link?: number;
}

export type Rates = Record<"spectral" | "strip" | "rows", Rate>;

/** For float32, on one core at about 4 GHz: fitted to `npm run bench:planner -- 200`, which prints what they predict and what it measures. */
const simd: Rates = {
  spectral: { flops: 30e9, bytes: 78e9, row: 6e-9, call: 1.2e-6, run: 7e-6 },
  strip: { flops: 33e9, bytes: 24e9, row: 4e-9, call: 6.4e-6, run: 5e-6 },
  rows: { flops: 2e9, bytes: 10e9, row: 0, call: 6e-6, run: 20e-6 },
};
const scalar: Rates = {
  spectral: { ...simd.spectral, flops: 7e9 },
  strip: { ...simd.strip, flops: 5e9 },
  rows: simd.rows,
};
const js: Rates = {
  spectral: { flops: 0.25e9, bytes: 2e9, row: 0, call: 2e-6, run: 5e-6 },
  strip: { flops: 0.07e9, bytes: 2e9, row: 0, call: 2e-6, run: 5e-6 },
  rows: { flops: 0.07e9, bytes: 2e9, row: 0, call: 2e-6, run: 5e-6 },
};

/** A GPU of a few teraflops behind a bus: an estimate, not measured. Software adapters are slower, and never chosen. */
const gpuRate: Rate = { flops: 500e9, bytes: 200e9, row: 0, call: 0, run: 1.5e-3, link: 4e9 };
const gpu: Rates = { spectral: gpuRate, strip: gpuRate, rows: gpuRate };

export type Calibration = (backend: BackendInfo, plan: Plan) => Rates;

export const defaultRates: Calibration = ({ name, simd: hasSimd }, { precision }) => {
  if (name === "js") return js;
  if (name === "webgpu") return gpu;
  if (!hasSimd) return scalar;
  if (precision === "f32") return simd;
  // A vector holds half as many float64 numbers.
  const { spectral, strip, rows } = simd;
  return { spectral: { ...spectral, flops: spectral.flops / 2 }, strip: { ...strip, flops: strip.flops / 2 }, rows };
};

/** A pass takes so many times as long as its plan does alone: it has few taps, and finds in the cache what the pass before needed. */
const PASS = 1.4;

/** Predicted seconds of a plan on a backend, with so many threads: one of them copies the operands and hands out the tasks, and works beside that. */
export function predict({ run, cost }: Plan, rates: Rates, threads = 1): number {
  if (run.kind === "separable")
    return PASS * run.passes.reduce((sum, pass) => sum + predict(pass, rates, Math.min(pass.threads, threads)), 0);
  const { flops, traffic, copied, rows, calls, tasks } = cost;
  const rate = rates[run.kind === "zero" ? "rows" : run.kind];
  const work = flops / rate.flops + traffic / rate.bytes + rows * rate.row + calls * rate.call;
  const moved = rate.link === undefined ? 0 : copied / 2 / rate.link;
  if (threads === 1) return rate.run + moved + work;
  const each = (work + copied / HANDED.bytes) / tasks + HANDED.task;
  return rate.run + Math.max(each * Math.ceil(tasks / threads), copied / COPY);
}

/** What it costs that tasks may be another thread's: seconds of each, and bytes a second that go from one core's cache to another's. */
const HANDED = { bytes: 10e9, task: 15e-6 };

/** Bytes a second that one thread copies between arrays and WebAssembly's memory. */
const COPY = 30e9;
