// Random problems large enough that plans split into several tasks, by every plan, with 1, 2 and 3 threads: right, and the same bits.
// Slabs, blocks, segments of a strip, channels, groups and batches; strided, reversed and transposed operands.
import { createWasm } from "../../src/backends/wasm/index.js";
import type { Plan } from "../../src/plan/plan.js";
import type { Axis, Problem } from "../../src/problem/problem.js";
import { kernelSize, signalSize } from "../../src/problem/problem.js";
import { bound } from "../accuracy.js";
import { operandsOf, plansOf, run } from "../backends/execute.js";
import { errorOf, oracle } from "../oracle.js";
import { Random } from "../random.js";
import { viewAround } from "../views.js";

/** Products that the oracle sums, at most about. */
const PRODUCTS = 2 ** 19;

export interface ThreadTally {
  problems: number;
  /** Plans by how they run: how many were compared, and how many of them have several tasks. */
  plans: Map<string, { count: number; several: number }>;
  /** Tasks that threads beside the calling one have done. */
  helped: number;
  failures: string[];
}

export async function agreeWithThreads(firstSeed: number, problems: number): Promise<ThreadTally> {
  const wasm = createWasm();
  const tally: ThreadTally = { problems, plans: new Map(), helped: 0, failures: [] };
  for (let seed = firstSeed; seed < firstSeed + problems; seed++) {
    const random = new Random(seed);
    const problem = largeProblem(random);
    const parts = problem.field === "complex" ? 2 : 1;
    const x = random.reals(parts * signalSize(problem));
    const w = random.reals(parts * kernelSize(problem));
    const dtype = dtypes[problem.field][problem.precision];
    const expected = oracle(problem, x, w);
    const operands = operandsOf(problem, x, w, (data, shape) => viewAround(random, data, dtype, shape));
    for (const plan of plansOf(problem).filter((plan) => plan.run.kind !== "zero")) {
      const what = `seed ${seed}: ${kindOf(plan)} ${JSON.stringify(problem)} ${JSON.stringify(plan.run)}`;
      const alone = await run(wasm, problem, plan, operands);
      const error = alone ? errorOf(alone, expected) : Number.NaN;
      const limit = bound(problem.precision, Math.max(2, plan.helix));
      if (!(error <= limit)) tally.failures.push(`${what}: error ${error}, bound ${limit}`);
      for (const threads of [2, 3]) {
        const together = await run(wasm, problem, { ...plan, threads }, operands);
        if (!alone || !together || !sameBits(alone, together))
          tally.failures.push(`${what}: ${threads} threads differ`);
      }
      const entry = tally.plans.get(kindOf(plan)) ?? { count: 0, several: 0 };
      entry.count++;
      if (plan.cost.tasks > 1) entry.several++;
      tally.plans.set(kindOf(plan), entry);
    }
  }
  tally.helped = wasm.helped();
  wasm.dispose();
  return tally;
}

const dtypes = {
  real: { f32: "float32", f64: "float64" },
  complex: { f32: "complex64", f64: "complex128" },
} as const;

const kindOf = ({ run, outer }: Plan): string => {
  if (run.kind !== "spectral") return run.kind;
  return run.blocks > 1 ? "blocks" : outer > 0 ? "slabs" : "one helix";
};

function sameBits(a: Float32Array | Float64Array, b: Float32Array | Float64Array): boolean {
  const [left, right] = [bytesOf(a), bytesOf(b)];
  return left.length === right.length && left.every((byte, k) => byte === right[k]);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A problem of some 2^13 to 2^17 outputs, and as many taps as PRODUCTS allow. */
function largeProblem(random: Random): Problem {
  const rank = random.integer(1, 4);
  const many = random.chance(0.5);
  const role = () => (many ? random.integer(1, 3) : 1);
  const roles = { batch: role(), groups: role(), cin: role(), cout: role() };
  const slices = roles.batch * roles.groups * roles.cout;
  const outputs = 2 ** (13 + 4 * random.next()) / slices;
  let taps = PRODUCTS / (outputs * slices * roles.cin);
  // How the logarithm of the size falls to the axes.
  const shares = Array.from({ length: rank }, () => 0.5 + random.next());
  const all = shares.reduce((sum, share) => sum + share);
  const axes = shares.map((share): Axis => {
    const x = Math.max(1, Math.round(outputs ** (share / all)));
    const w = random.integer(1, Math.max(1, Math.min(x, Math.floor(taps))));
    taps /= w;
    const dilation = () => (random.chance(0.15) ? random.integer(2, 3) : 1);
    const [u, v, step] = [dilation(), dilation(), dilation()];
    const extent = u * (x - 1) + v * (w - 1) + 1;
    const lo = random.chance(0.5) ? 0 : random.integer(-2, Math.min(extent - 1, v * w));
    return { x, w, u, v, lo, step, count: Math.max(1, Math.floor((extent - lo) / step) - random.integer(0, 2)) };
  });
  return {
    precision: random.pick(["f32", "f64"]),
    field: random.pick(["real", "real", "complex"]),
    conj: { x: random.chance(0.2), w: random.chance(0.2) },
    ...roles,
    axes,
  };
}
