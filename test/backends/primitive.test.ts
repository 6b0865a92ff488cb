// Every backend, every plan: the case table and random problems of the primitive against the oracle.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createJs } from "../../src/backends/js/index.js";
import { createWasm } from "../../src/backends/wasm/index.js";
import type { Method, Plan } from "../../src/plan/plan.js";
import type { Problem } from "../../src/problem/problem.js";
import { kernelSize, signalSize } from "../../src/problem/problem.js";
import { bound } from "../accuracy.js";
import { errorOf, oracle } from "../oracle.js";
import { Random } from "../random.js";
import { execute, plansOf } from "./execute.js";
import { cases, problemOf, randomProblem } from "./problems.js";

const backends = { js: createJs(), wasm: createWasm(), "wasm without SIMD": createWasm({ build: "scalar" }) };

for (const [name, backend] of Object.entries(backends)) {
  const test = suite(`primitive on ${name}`);

  const check = async (problem: Problem, random: Random, label: string): Promise<Plan[]> => {
    const parts = problem.field === "complex" ? 2 : 1;
    const x = random.reals(parts * signalSize(problem));
    const w = random.reals(parts * kernelSize(problem));
    const expected = oracle(problem, x, w);
    const plans = plansOf(problem);
    for (const plan of plans) {
      const out = await execute(backend, problem, plan, x, w);
      if (!out) throw new Error(`${label}: ${plan.run.kind} refused finite data`);
      const error = errorOf(out, expected);
      const limit = bound(problem.precision, Math.max(2, plan.helix));
      assert.ok(
        error <= limit,
        `${label} ${plan.run.kind} ${problem.precision} ${problem.field}: error ${error} > ${limit}`,
      );
    }
    return plans;
  };

  for (const one of cases)
    test(`computes ${one.name}`, async () => {
      for (const precision of ["f32", "f64"] as const)
        for (const field of ["real", "complex"] as const)
          await check(problemOf(one, precision, field), new Random(1), one.name);
    });

  test("agrees with the oracle on random problems by every plan", async () => {
    const counts = new Map<Method, number>();
    for (let seed = 1; seed <= 600; seed++) {
      const random = new Random(seed);
      const problem = randomProblem(random);
      for (const { method } of await check(problem, random, `seed ${seed}`))
        counts.set(method, (counts.get(method) ?? 0) + 1);
    }
    for (const method of ["direct", "fft", "overlap-save"] as const)
      assert.ok((counts.get(method) ?? 0) > 50, `only ${counts.get(method)} plans of ${method}`);
  });

  test.run();
}
