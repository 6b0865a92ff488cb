// Every backend on the CPU, every plan: the case table and random problems of the primitive against the oracle.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createJs } from "../../src/backends/js/index.js";
import { createWasm } from "../../src/backends/wasm/index.js";
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
    const counts = new Map<string, number>();
    for (let seed = 1; seed <= 600; seed++) {
      const random = new Random(seed);
      const problem = randomProblem(random);
      for (const { method, run } of await check(backend, problem, random, `seed ${seed}`))
        for (const what of [method, run.kind]) counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    for (const what of ["direct", "strip", "tiles", "rows", "fft", "overlap-save"])
      assert.ok((counts.get(what) ?? 0) > 50, `only ${counts.get(what)} plans of ${what}`);
  });

  test.run();
}
