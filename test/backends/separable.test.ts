// Separable plans on every backend, with every kind of plan for their passes, against the oracle.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Backend } from "../../src/backends/backend.js";
import { createJs } from "../../src/backends/js/index.js";
import { createWasm } from "../../src/backends/wasm/index.js";
import { candidates } from "../../src/plan/candidates.js";
import { passesOf } from "../../src/plan/passes.js";
import type { Plan } from "../../src/plan/plan.js";
import { separablePlan } from "../../src/plan/separable.js";
import { type Problem, signalSize } from "../../src/problem/problem.js";
import { bound } from "../accuracy.js";
import { errorOf, oracle } from "../oracle.js";
import { randomProduct } from "../products.js";
import { Random } from "../random.js";
import { execute } from "./execute.js";
import { cases, problemOf, randomProblem } from "./problems.js";

const backends = { js: createJs(), wasm: createWasm(), "wasm without SIMD": createWasm({ build: "scalar" }) };

/** The separable plans of a problem: each pass by plans of one kind, and by both in turns. */
function plansOf(problem: Problem): Plan[] {
  const passes = passesOf(problem);
  if (passes.length === 0) return [];
  const kinds = ["strip", "rows"] as const;
  const planOf = (p: number, kind: Plan["run"]["kind"]) => {
    const all = candidates(passes[p]?.problem as Problem);
    return all.find(({ run }) => run.kind === kind) ?? (all[0] as Plan);
  };
  const by = (kind: (p: number) => Plan["run"]["kind"]) =>
    separablePlan(
      problem,
      passes,
      passes.map((_, p) => planOf(p, kind(p))),
    );
  return [...kinds.map((kind) => by(() => kind)), by((p) => kinds[p % 2] as "strip")];
}

const productOf = (problem: Problem, random: Random): Float64Array => {
  const parts = problem.field === "complex" ? 2 : 1;
  const shape = problem.axes.map(({ w }) => w);
  // Rounded to float32, it would be none in float64.
  const typed = (w: Float64Array) => (problem.precision === "f32" ? Float64Array.from(Float32Array.from(w)) : w);
  const groups = Array.from({ length: problem.groups }, () => [...typed(randomProduct(random, shape, parts))]);
  return Float64Array.from(groups.flat());
};

for (const [name, backend] of Object.entries(backends)) {
  const test = suite(`separable on ${name}`);

  const check = async (problem: Problem, random: Random, label: string) => {
    const parts = problem.field === "complex" ? 2 : 1;
    const x = random.reals(parts * signalSize(problem));
    const plans = plansOf(problem);
    if (plans.length === 0) return 0;
    const w = productOf(problem, random);
    const expected = oracle(problem, x, w);
    for (const plan of plans) {
      const out = await execute(backend, problem, plan, x, w);
      const kinds = plan.run.kind === "separable" ? plan.run.passes.map(({ run }) => run.kind).join() : "";
      assert.ok(out, `${label}: ${kinds} refused finite data`);
      const error = errorOf(out ?? [], expected);
      const limit = bound(problem.precision, Math.max(2, plan.helix));
      assert.ok(error <= limit, `${label} ${kinds} ${problem.precision} ${problem.field}: error ${error} > ${limit}`);
    }
    return plans.length;
  };

  test("computes the case table by passes of every kind", async () => {
    let plans = 0;
    for (const one of cases)
      for (const precision of ["f32", "f64"] as const)
        for (const field of ["real", "complex"] as const)
          plans += await check(problemOf(one, precision, field), new Random(1), one.name);
    assert.ok(plans > 100, `only ${plans} plans`);
  });

  test("agrees with the oracle on random problems", async () => {
    let plans = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed);
      plans += await check({ ...randomProblem(random), cin: 1, cout: 1 }, random, `seed ${seed}`);
    }
    assert.ok(plans > 300, `only ${plans} plans`);
  });

  test("a number that is not finite is refused if an output meets it, and does not matter if none does", async () => {
    const axis = (lo: number, count: number) => ({ x: 8, w: 3, u: 1, v: 1, lo, step: 1, count });
    const problem = { ...problemOf(cases[0] as (typeof cases)[0], "f32", "real"), axes: [axis(2, 4), axis(2, 4)] };
    const w = Float64Array.of(1, 0, 2, 0, 0, 0, 3, 0, 6);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
      for (const [at, refused] of [
        [9, true],
        [7, false],
      ] as const) {
        const x = new Float64Array(64).fill(1);
        x[at] = value;
        for (const plan of plansOf(problem)) {
          const out = await execute(backend, problem, plan, x, w);
          assert.is(out === undefined, refused, `${value} at ${at}`);
        }
      }
  });

  test("a sum that overflows between the passes is refused", async () => {
    const axis = { x: 4, w: 2, u: 1, v: 1, lo: 0, step: 1, count: 5 };
    const problem = { ...problemOf(cases[0] as (typeof cases)[0], "f32", "real"), axes: [axis, axis] };
    const x = new Float64Array(16).fill(3e38);
    for (const plan of plansOf(problem))
      assert.is(await execute(backend, problem, plan, x, new Float64Array(4).fill(1 / 8)), undefined);
  });

  test("a kernel without factors is an error", async () => {
    const problem = problemOf(cases.find(({ axes }) => axes.length === 2) as (typeof cases)[0], "f32", "real");
    const [plan] = plansOf(problem) as [Plan];
    await failsToPrepare(backend, plan);
  });

  test.run();
}

async function failsToPrepare(backend: Backend, plan: Plan): Promise<void> {
  const data = new Float32Array(100);
  const view = { data, dtype: "float32", shape: [100], stride: [1], offset: 0 } as const;
  try {
    await backend.prepare(plan, { view, batch: [0], group: [0], channel: [0], stride: [10, 1] });
  } catch (error) {
    assert.match(String(error), /needs a factor for each pass/);
    return;
  }
  assert.unreachable("nothing was thrown");
}
