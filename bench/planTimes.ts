// Times of plans of one problem, executed by the wasm backend in turns. A time is that of a call whose arrays are there and whose plan is ready:
// the kernel is transformed anew, the signal convolved.
import type { Executable, Output } from "../src/backends/backend.js";
import { createWasm } from "../src/backends/wasm/index.js";
import { allocate, rowMajor } from "../src/ndarray.js";
import type { Plan } from "../src/plan/plan.js";
import type { Operand, Problem } from "../src/problem/problem.js";
import { Random } from "../test/random.js";

export const wasm = createWasm();
export const info = wasm.describe();

/** Rounds: at least so many, and more as long as they have not taken so long, s: what else the machine does comes and goes. */
const ROUNDS = { least: 7, most: 61, seconds: 0.6 };
/** A sample takes at least so long, ms, of as many calls as that needs. */
const SAMPLE = 0.5;
/** A plan that takes less has its code compiled for good first: it is run for so long, ms. */
const WARM_UP = 5;
/** Threads start, and compile their code, while the event loop has its turns: until one has helped, or so long, ms. */
const START = 20;
/** What takes so many times the quickest after some rounds, or longer than so many seconds, sits out the others: it is not the best. */
const HOPELESS = { after: 3, times: 2, seconds: 1 };
/** Plans of more bytes are prepared anew for every call, as in calls of the public API (src/api/executables.ts). */
const HOLD = 2 ** 28;

/** Arrays for a problem: random numbers, row-major as [batch or out, in, axes]. */
export interface Arrays {
  x: Operand;
  w: Operand;
  out: Output;
}

export function arraysFor({ precision, batch, cin, cout, axes }: Problem): Arrays {
  const shape = (which: "x" | "w" | "count") => axes.map((axis) => axis[which]);
  return {
    x: operand(precision, batch, cin, shape("x")),
    w: operand(precision, cout, cin, shape("w")),
    out: operand(precision, batch, cout, shape("count")),
  };
}

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

/** Median seconds of each plan, over rounds in which they take turns. */
export async function timePlans(plans: readonly Plan[], arrays: Arrays): Promise<number[]> {
  const entries = plans.map((plan) => new Entry(plan, arrays));
  for (const entry of entries) await entry.begin();
  const quickest = () => Math.min(...entries.map(({ best }) => best));
  const isHopeless = ({ best, samples }: Entry) =>
    best > HOPELESS.times * quickest() && (samples.length >= HOPELESS.after || best > HOPELESS.seconds);
  const { least, most, seconds } = ROUNDS;
  const start = performance.now();
  for (let round = 0; round < least || (round < most && performance.now() - start < 1000 * seconds); round++)
    for (const entry of entries.filter((entry) => !isHopeless(entry))) entry.sample();
  for (const entry of entries) entry.dispose();
  return entries.map(({ samples }) => median(samples));
}

class Entry {
  /** Seconds of a call. */
  readonly samples: number[] = [];
  private held: Executable | undefined;
  private calls = 1;
  /** The least seconds of a call. */
  best = Number.POSITIVE_INFINITY;

  constructor(
    readonly plan: Plan,
    private readonly arrays: Arrays,
  ) {}

  /** Warms up, and finds out about how long a call takes, and so how many a sample has. */
  async begin(): Promise<void> {
    const start = performance.now();
    if (this.plan.threads > 1)
      for (const helped = wasm.helped(); wasm.helped() === helped && performance.now() - start < START; ) {
        this.sample();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    // The very first call finds memory that was never touched.
    for (let call = 0; call < 2 || performance.now() - start < WARM_UP; call++) this.sample();
    this.calls = Math.min(256, Math.ceil(SAMPLE / 1000 / this.best));
    // What takes long is not run for nothing.
    if (this.best < HOPELESS.seconds) this.samples.length = 0;
  }

  sample(): void {
    const { x, w, out } = this.arrays;
    const start = performance.now();
    for (let call = 0; call < this.calls; call++) {
      const executable = this.held ?? prepareSync(this.plan, w);
      if (this.held) executable.setKernel(w);
      executable.runSync?.(x, out, {});
      if (this.plan.bytes <= HOLD) this.held = executable;
      else executable.dispose();
    }
    const seconds = (performance.now() - start) / this.calls / 1000;
    this.samples.push(seconds);
    this.best = Math.min(this.best, seconds);
  }

  dispose(): void {
    this.held?.dispose();
  }
}

/** Seconds of a single call, which ends when it has taken so long that it cannot matter. */
export function timeOnce(plan: Plan, { x, w, out }: Arrays, enough: number): number {
  const executable = prepareSync(plan, w);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    executable.runSync?.(x, out, {
      onProgress: () => {
        if (seconds() > enough) throw new Ended();
      },
    });
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  } finally {
    executable.dispose();
  }
  return seconds();
}

class Ended extends Error {}

function prepareSync(plan: Plan, w: Operand): Executable {
  const executable = wasm.prepareSync?.(plan, w);
  if (!executable?.runSync) throw new Error("backend wasm runs synchronously");
  return executable;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
