// Every backend on the CPU, every plan: the case table and random problems of the primitive against the oracle.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createJs } from "../../src/backends/js/index.js";
import { createWasm } from "../../src/backends/wasm/index.js";
import type { Method } from "../../src/plan/plan.js";
import { Random } from "../random.js";
import { randomProblem } from "./problems.js";
import { check, checkTable } from "./table.js";

const backends = { js: createJs(), wasm: createWasm(), "wasm without SIMD": createWasm({ build: "scalar" }) };

for (const [name, backend] of Object.entries(backends)) {
  const test = suite(`primitive on ${name}`);

  test("computes every case of the table", async () => {
    assert.ok((await checkTable(backend, ["f32", "f64"])).length > 20);
  });

  test("agrees with the oracle on random problems by every plan", async () => {
    const counts = new Map<Method, number>();
    for (let seed = 1; seed <= 600; seed++) {
      const random = new Random(seed);
      const problem = randomProblem(random);
      for (const { method } of await check(backend, problem, random, `seed ${seed}`))
        counts.set(method, (counts.get(method) ?? 0) + 1);
    }
    for (const method of ["direct", "fft", "overlap-save"] as const)
      assert.ok((counts.get(method) ?? 0) > 50, `only ${counts.get(method)} plans of ${method}`);
  });

  test.run();
}
