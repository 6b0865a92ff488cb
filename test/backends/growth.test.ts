// Complexity: no fast path is quadratic in disguise. The only thing that tests assert about time.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createWasm } from "../../src/backends/wasm/index.js";
import type { Plan } from "../../src/plan/plan.js";
import type { Axis, Problem } from "../../src/problem/problem.js";
import { growths, LIMIT } from "../growth.js";
import { Random } from "../random.js";
import { operandsOf, plansOf } from "./execute.js";

const test = suite("growth");

type Kind = Pick<Problem, "precision" | "field">;

const rowOf = (kind: Kind, axis: Axis): Problem => ({
  ...kind,
  conj: { x: false, w: false },
  batch: 1,
  groups: 1,
  cin: 1,
  cout: 1,
  axes: [axis],
});
/** n outputs, on a helix of n numbers. */
const full = (n: number, w: number): Axis => ({ x: n - w + 1, w, u: 1, v: 1, lo: 0, step: 1, count: n });
/** n outputs, a whole number of the segments in which a strip is taken. */
const same = (n: number, w: number): Axis => ({ ...full(n, w), x: n, lo: w >> 1 });

/** first, 2 first, 4 first, … as far as last. */
const doubled = (first: number, last: number): number[] => (first > last ? [] : [first, ...doubled(2 * first, last)]);

const isWhole = ({ run, helix }: Plan) => run.kind === "spectral" && run.blocks === 1 && run.length === helix;
const isBlocks = ({ run }: Plan) => run.kind === "spectral" && run.blocks > 1 && run.length === 4096;
const isStrip = ({ run }: Plan) => run.kind === "strip";
const isRows = ({ run }: Plan) => run.kind === "rows";

/** Random numbers, for signals of at most 2^22 numbers. */
const numbers = new Float64Array(2 ** 22);
const period = new Random(1).reals(2 ** 12);
for (let at = 0; at < numbers.length; at += period.length) numbers.set(period, at);
const typed = { f32: new Float32Array(numbers), f64: numbers };

/** Runs of the plan that is meant for each problem. */
function runsOf(problems: readonly Problem[], isMeant: (plan: Plan) => boolean): (() => void)[] {
  const wasm = createWasm();
  return problems.map((problem) => {
    const plan = plansOf(problem).find(isMeant);
    if (!plan) throw new Error(`the planner must have the plan that is meant for ${JSON.stringify(problem)}`);
    const parts = problem.field === "complex" ? 2 : 1;
    const [{ x, w }] = problem.axes as [Axis];
    const data = typed[problem.precision];
    const { signal, kernel, out } = operandsOf(problem, data.subarray(0, parts * x), data.subarray(0, parts * w));
    const executable = wasm.prepareSync(plan, kernel);
    return () => assert.is(executable.runSync?.(signal, out, {}), "done");
  });
}

/** Where arrays leave the caches of a machine, which others may use too, a step can be as large as this: 2.5 to 2.63 were seen. */
const BORDER = 2.8;

async function mustGrowSlowly(problems: readonly Problem[], isMeant: (plan: Plan) => boolean): Promise<void> {
  const ratios = await growths(runsOf(problems, isMeant));
  const tooFast = ratios.flatMap((ratio, k) => {
    const { count, w } = (problems[k] as Problem).axes[0] as Axis;
    return ratio <= (count < 2 ** 19 ? LIMIT : BORDER)
      ? []
      : [`${count} outputs, ${w} taps: twice as many take ${ratio.toFixed(2)} times as long`];
  });
  assert.equal(tooFast, []);
}

for (const [field, last] of [
  ["real", 22],
  ["complex", 17],
] as const)
  for (const precision of ["f32", "f64"] as const)
    test(`twice the numbers take a ${field} ${precision} transform at most ${LIMIT} times as long, ${BORDER} from 2^19 on`, async () => {
      const rows = (n: number) => rowOf({ precision, field }, full(n, 8));
      await mustGrowSlowly(doubled(2 ** 12, 2 ** last).map(rows), isWhole);
      await mustGrowSlowly(doubled(3 * 2 ** 10, 3 * 2 ** (last - 2)).map(rows), isWhole);
    });

for (const [what, taps, isMeant] of [
  ["direct sums along a strip", 16, isStrip],
  ["direct sums row by row", 16, isRows],
  ["blocks", 1000, isBlocks],
] as const)
  test(`twice the signal takes ${what} at most ${LIMIT} times as long`, async () => {
    for (const precision of ["f32", "f64"] as const) {
      const rows = doubled(2 ** 14, 2 ** 18).map((n) => rowOf({ precision, field: "real" }, same(n, taps)));
      await mustGrowSlowly(rows, isMeant);
    }
  });

test(`what grows as N^2 or N^1.5 takes more than ${LIMIT} times as long`, async () => {
  const strips = (first: number, last: number, taps: (n: number) => number) =>
    doubled(first, last).map((n) => rowOf({ precision: "f32", field: "real" }, same(n, taps(n))));
  const quadratic = strips(2 ** 12, 2 ** 14, (n) => n / 4);
  const between = strips(2 ** 15, 2 ** 17, (n) => Math.round(4 * Math.sqrt(n)));
  for (const problems of [quadratic, between])
    for (const ratio of await growths(runsOf(problems, isStrip), 0)) assert.ok(ratio > LIMIT, `only ${ratio}`);
});

test.run();
