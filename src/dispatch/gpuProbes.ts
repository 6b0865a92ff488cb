// Micro-benchmarks of a backend with memory of its own: a GPU. Arrays that lie there and arrays of the caller's, in turn, tell apart how fast it
// computes, how long it takes to answer, and how fast data goes there and back.
import type { Backend, DeviceMemory, Output } from "../backends/backend.js";
import { allocate, type FloatArray, rowMajor, type View } from "../ndarray.js";
import { candidates } from "../plan/candidates.js";
import type { Plan } from "../plan/plan.js";
import type { Problem } from "../problem/problem.js";
import { defaultRates, predict, type Rate, type Rates } from "./calibration.js";
import { numbersOf, problemOf } from "./probes.js";

type Kind = "spectral" | "strip";

interface Probe {
  problem: Problem;
  plan: Plan;
}

/** Where a probe's signal and its result lie. */
type Place = "here" | "there";

/** Each is run until its code is compiled, and then so often, or as often as fits into so many seconds; the least time counts. */
const WARM_UP = 2;
const RUNS = 7;
const LIMIT = 0.3;

/** What takes longer for 2^16 numbers, s, is slow. */
const SLOW = 5e-3;

/** What a difference of two times is at least, s: they are as fine as that. */
const LEAST = 1e-6;

/** The rates of a GPU that `detect` has found. Takes about half a second. */
export async function measureGpu(backend: Backend): Promise<Rates> {
  const memory = await backend.memory?.();
  if (!memory) throw new Error(`backend ${backend.name} works in the caller's memory`);
  const info = backend.describe();
  const defaults = defaultRates(info, { precision: "f32" });
  const time = ({ problem, plan }: Probe, signal: Place, out: Place) =>
    timeOn(backend, memory, { problem, plan }, signal, out);
  try {
    // A device that computes in software takes a thousand times as long: it gets less to do.
    const quick = await time(probe("strip", [65_536], [2]), "there", "there");
    const scaled = (size: number) => Math.ceil(size * Math.min(1, Math.max(1 / 64, SLOW / quick)));
    const small = probe("strip", [64], [3]);
    const run = await time(small, "there", "there");
    const latency = Math.max(0, (await time(small, "here", "here")) - run);
    const length = scaled(4_000_000);
    const copied = probe("strip", [length], [2]);
    const bytes = 4 * length;
    const still = await time(copied, "there", "there");
    const upload = bytes / Math.max(LEAST, (await time(copied, "here", "there")) - still - latency);
    const readback = bytes / Math.max(LEAST, (await time(copied, "there", "here")) - still - latency);
    const rateOf = async (kind: Kind, of: Probe): Promise<Rate> => {
      const { flops, bytes, row, call } = defaults[kind];
      const expected = predict(of.plan, defaults) - defaults[kind].run;
      const slower = Math.max(LEAST, (await time(of, "there", "there")) - run) / expected;
      return { flops: flops / slower, bytes: bytes / slower, row: row * slower, call: call * slower, run };
    };
    const strip = await rateOf("strip", probe("strip", [scaled(200_000)], [1000]));
    const spectral = await rateOf("spectral", probe("spectral", [Math.min(scaled(900_000), info.maxLength)], [1000]));
    // All direct sums are alike there.
    return { ...defaults, spectral, strip, tiles: strip, rows: strip, link: { upload, readback, latency } };
  } finally {
    memory.dispose();
  }
}

function probe(kind: Kind, signal: number[], kernel: number[]): Probe {
  const problem = problemOf("f32", signal, kernel);
  const plan = candidates(problem).find(({ run, method }) => run.kind === kind && method !== "overlap-save");
  if (!plan) throw new Error(`no ${kind} plan for a probe`);
  return { problem, plan };
}

/** The least seconds of a call: the kernel is brought there, the signal convolved, and the device has finished. */
async function timeOn(backend: Backend, memory: DeviceMemory, { problem, plan }: Probe, signal: Place, out: Place) {
  const [{ x, w, count }] = problem.axes as [Problem["axes"][number]];
  const placed = (size: number, place: Place): Output =>
    operand(place === "there" ? memory.array(numbersOf(new Float32Array(size))) : here(size));
  const [from, taps, to] = [placed(x, signal), operand(here(w)), placed(count, out)];
  const executable = await backend.prepare(plan, taps);
  try {
    let least = Number.POSITIVE_INFINITY;
    const end = performance.now() + 1000 * LIMIT;
    for (let run = 0; run <= WARM_UP || (run < WARM_UP + RUNS && performance.now() < end); run++) {
      const start = performance.now();
      executable.setKernel(taps);
      await executable.run(from, to, {});
      if (out === "there") await memory.finished();
      if (run >= WARM_UP) least = Math.min(least, performance.now() - start);
    }
    return least / 1000;
  } finally {
    executable.dispose();
  }
}

function here(size: number): View<FloatArray> {
  const view = allocate([size], "float32", "a probe's array");
  numbersOf(view.data);
  return view;
}

const operand = (view: View<FloatArray>): Output => ({
  view,
  batch: [0],
  group: [0],
  channel: [0],
  stride: rowMajor(view.shape),
});
