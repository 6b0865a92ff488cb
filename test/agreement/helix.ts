// How tight the helix is: on dense random data a naive circular sum of exactly the planned length N gives every wanted output, and
// one of N - 1, or of a smaller pitch, does not.
import { type Geometry, wind } from "../../src/plan/geometry.js";
import { trim } from "../../src/plan/trim.js";
import type { Problem } from "../../src/problem/problem.js";
import { kernelSize, signalSize } from "../../src/problem/problem.js";
import { randomProblem } from "../backends/problems.js";
import { errorOf, oracle } from "../oracle.js";
import { Random } from "../random.js";

export interface Tightness {
  problems: number;
  rightAtLength: number;
  /** The negacyclic ring, in which what wraps changes sign. */
  rightNegacyclic: number;
  wrongBelow: number;
  failures: string[];
}

export function tightness(firstSeed: number, problems: number): Tightness {
  const tally: Tightness = { problems: 0, rightAtLength: 0, rightNegacyclic: 0, wrongBelow: 0, failures: [] };
  for (let seed = firstSeed; tally.problems < problems; seed++) {
    const random = new Random(seed);
    const problem: Problem = {
      ...randomProblem(random),
      precision: "f64",
      field: "real",
      batch: 1,
      groups: 1,
      cin: 1,
      cout: 1,
    };
    const trimmed = problem.axes.map(trim);
    if (!trimmed.every((axis) => axis !== undefined)) continue;
    const plan = wind(trimmed);
    if (plan.helix < 2) continue;
    const x = random.reals(signalSize(problem));
    const w = random.reals(kernelSize(problem));
    const expected = oracle(problem, x, w);
    const right = (length: number, sign: 1 | -1) =>
      errorOf(circular(problem, plan, x, w, length, sign), expected) < 1e-12;
    tally.problems++;
    const outcome = [right(plan.helix, 1), right(plan.helix, -1), !right(plan.helix - 1, 1)];
    if (outcome[0]) tally.rightAtLength++;
    if (outcome[1]) tally.rightNegacyclic++;
    if (outcome[2]) tally.wrongBelow++;
    if (!outcome.every(Boolean)) tally.failures.push(`seed ${seed}: ${outcome} ${JSON.stringify(problem.axes)}`);
  }
  return tally;
}

/** The outputs of one circular convolution on the helix, by a double sum. */
function circular(
  problem: Problem,
  plan: Geometry,
  x: Float64Array,
  w: Float64Array,
  length: number,
  sign: 1 | -1,
): Float64Array {
  const helix = new Float64Array(length);
  const xs = positions(problem, plan, "x");
  const ws = positions(problem, plan, "w");
  for (const [i, p] of xs)
    for (const [j, q] of ws) {
      const turns = Math.floor((p + q) / length);
      const at = (p + q) % length;
      helix[at] = (helix[at] as number) + sign ** turns * (x[i] as number) * (w[j] as number);
    }
  const out = new Float64Array(problem.axes.reduce((n, { count }) => n * count, 1));
  for (const [t, p] of positions(problem, plan, "out")) out[t] = helix[p + plan.first] ?? Number.NaN;
  return out;
}

/** Row-major index and helix position of every sample that takes part. */
function positions(problem: Problem, plan: Geometry, which: "x" | "w" | "out"): [index: number, position: number][] {
  const step = { x: "u", w: "v", out: "step" } as const;
  const extent = { x: "x", w: "w", out: "count" } as const;
  return plan.axes.reduce<[number, number][]>(
    (list, axis, d) =>
      list.flatMap(([index, position]) =>
        Array.from({ length: axis[which].size }, (_, k): [number, number] => [
          index * (problem.axes[d]?.[extent[which]] as number) + axis[which].start + k,
          position + k * axis[step[which]] * (plan.stride[d] as number),
        ]),
      ),
    [[0, 0]],
  );
}
