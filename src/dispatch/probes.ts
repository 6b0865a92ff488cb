// Micro-benchmarks: small plans whose times on the machine that the default rates were fitted on are known. What a plan takes here, in
// multiples of that, is how much slower this machine is at what the plan mostly does; so the model's own errors cancel.
import type { Backend } from "../backends/backend.js";
import { allocate, type FloatArray, rowMajor, type View } from "../ndarray.js";
import { candidates } from "../plan/candidates.js";
import type { Plan } from "../plan/plan.js";
import { kernelSize, type Operand, outSize, type Problem, signalSize } from "../problem/problem.js";

export type ProbeName =
  | "spectral"
  | "short spectral"
  | "long spectral"
  | "many rows"
  | "strip"
  | "short strip"
  | "long strip"
  | "rows";

type Precision = Plan["precision"];

interface Shape {
  kind: Plan["run"]["kind"];
  signal: number[];
  kernel: number[];
}

/** From the one that says most: what is measured in little time should be the ratio of transforms to direct sums. */
const shapes: Record<ProbeName, Shape> = {
  strip: { kind: "strip", signal: [24_000], kernel: [48] },
  spectral: { kind: "spectral", signal: [7200], kernel: [900] },
  "long spectral": { kind: "spectral", signal: [220_000], kernel: [30_000] },
  "many rows": { kind: "spectral", signal: [6, 6, 6, 6, 6], kernel: [2, 2, 2, 2, 2] },
  "long strip": { kind: "strip", signal: [500_000], kernel: [3] },
  "short strip": { kind: "strip", signal: [500], kernel: [9] },
  "short spectral": { kind: "spectral", signal: [900], kernel: [100] },
  rows: { kind: "rows", signal: [60, 60], kernel: [5, 5] },
};

/** For a backend that is some hundred times slower. */
const slowShapes: Partial<Record<ProbeName, Shape>> = {
  strip: { kind: "strip", signal: [3000], kernel: [20] },
  spectral: { kind: "spectral", signal: [700], kernel: [100] },
  rows: { kind: "rows", signal: [30, 30], kernel: [5, 5] },
};

/** Seconds on the machine of the default rates, by backend, vector instructions and precision: `npm run bench:probes` prints those of this one. */
const reference: Record<string, Partial<Record<ProbeName, number>>> = {
  "simd f32": {
    strip: 88.0e-6,
    spectral: 36.0e-6,
    "long spectral": 1080e-6,
    "many rows": 101e-6,
    "short strip": 7.4e-6,
    "long strip": 444e-6,
    "short spectral": 10.3e-6,
    rows: 160e-6,
  },
  "simd f64": {
    strip: 158e-6,
    spectral: 50.2e-6,
    "long spectral": 2093e-6,
    "many rows": 141e-6,
    "short strip": 8.0e-6,
    "long strip": 788e-6,
    "short spectral": 13.1e-6,
    rows: 159e-6,
  },
  "scalar f32": {
    strip: 284e-6,
    spectral: 88.1e-6,
    "long spectral": 3845e-6,
    "many rows": 238e-6,
    "short strip": 6.1e-6,
    "long strip": 1284e-6,
    "short spectral": 13.2e-6,
    rows: 158e-6,
  },
  "scalar f64": {
    strip: 289e-6,
    spectral: 90.7e-6,
    "long spectral": 3987e-6,
    "many rows": 243e-6,
    "short strip": 6.1e-6,
    "long strip": 1468e-6,
    "short spectral": 13.4e-6,
    rows: 158e-6,
  },
  js: { strip: 1379e-6, spectral: 263e-6, rows: 505e-6 },
};

/** A plan made ready: each call computes everything once, the kernel's spectrum included. */
export interface Prepared {
  plan: Plan;
  run(): void;
  dispose(): void;
}

export interface Probe extends Prepared {
  name: ProbeName;
  /** Seconds on the machine of the default rates. */
  expected: number;
}

/** The probes of a backend, each of which is made ready by a call. */
export function probesOf(backend: Backend, precision: Precision): (() => Probe)[] {
  const { name: of, simd } = backend.describe();
  const list = of === "js" ? slowShapes : shapes;
  const known = reference[of === "js" ? "js" : `${simd ? "simd" : "scalar"} ${precision}`] ?? {};
  return (Object.keys(list) as ProbeName[]).map((name) => () => {
    const { kind, signal, kernel } = list[name] as Shape;
    const problem = problemOf(precision, signal, kernel);
    const plan = candidates(problem).find(
      ({ run, outer, method }) => run.kind === kind && outer === 0 && method !== "overlap-save",
    );
    if (!plan) throw new Error(`no plan for the probe "${name}"`);
    return { name, expected: known[name] ?? Number.NaN, ...prepareProbe(backend, problem, plan) };
  });
}

export function prepareProbe(backend: Backend, problem: Problem, plan: Plan): Prepared {
  const { axes, batch } = problem;
  const x = operand(
    problem,
    signalSize(problem),
    axes.map((axis) => axis.x),
    batch,
  );
  const w = operand(
    problem,
    kernelSize(problem),
    axes.map((axis) => axis.w),
    1,
  );
  const out = operand(
    problem,
    outSize(problem),
    axes.map((axis) => axis.count),
    batch,
  );
  const executable = backend.prepareSync?.(plan, w);
  if (!executable?.runSync) throw new Error(`backend ${backend.name} cannot run a probe at once`);
  return {
    plan,
    run: () => {
      executable.setKernel(w);
      executable.runSync?.(x, out, {});
    },
    dispose: () => executable.dispose(),
  };
}

/** Real, of one batch, group and channel, mode same. */
export const problemOf = (precision: Precision, signal: readonly number[], kernel: readonly number[]): Problem => ({
  precision,
  field: "real",
  conj: { x: false, w: false },
  batch: 1,
  groups: 1,
  cin: 1,
  cout: 1,
  axes: signal.map((x, d) => {
    const w = kernel[d] as number;
    return { x, w, u: 1, v: 1, lo: Math.floor((w - 1) / 2), step: 1, count: x };
  }),
});

/** Fills an array with numbers of no particular kind. */
export function numbersOf<Data extends FloatArray>(data: Data): Data {
  for (let i = 0; i < data.length; i++) data[i] = ((i * 7919) % 2003) / 1000 - 1;
  return data;
}

function operand(
  { precision }: Problem,
  size: number,
  shape: readonly number[],
  batch: number,
): Operand<View<Float32Array | Float64Array>> {
  const view = allocate([size], precision === "f32" ? "float32" : "float64", "a probe's array");
  numbersOf(view.data);
  const offsets = Array.from({ length: batch }, (_, b) => (b * size) / batch);
  return { view, batch: offsets, group: [0], channel: [0], stride: rowMajor(shape) };
}

/** A sample takes at least so long, ms, of which this many are taken, or as many as fit into the limit. */
const SAMPLE = 0.3;
const SAMPLES = 6;
const LIMIT = 5;

/** The least seconds of a run, over some milliseconds; the first run does not count. */
export function timeProbe(probe: Prepared): number {
  probe.run();
  const start = performance.now();
  let least = Number.POSITIVE_INFINITY;
  let runs = 1;
  for (let samples = 0; samples < SAMPLES && performance.now() - start < LIMIT; ) {
    const from = performance.now();
    for (let run = 0; run < runs; run++) probe.run();
    const time = performance.now() - from;
    if (time < SAMPLE && runs < 1024) {
      runs *= 2;
      continue;
    }
    samples++;
    least = Math.min(least, time / runs);
  }
  return least / 1000;
}
