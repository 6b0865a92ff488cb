// Threads: the same bits whoever does what, and nothing that keeps a process alive.
import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createWasm } from "../../src/backends/wasm/index.js";
import type { Plan } from "../../src/plan/plan.js";
import type { Problem } from "../../src/problem/problem.js";
import { kernelSize, signalSize } from "../../src/problem/problem.js";
import { bound } from "../accuracy.js";
import { errorOf, oracle } from "../oracle.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";
import { execute, plansOf } from "./execute.js";
import { cases, problemOf, randomProblem } from "./problems.js";

const test = suite("threads");
const wasm = createWasm();

async function check(problem: Problem, random: Random, label: string): Promise<number> {
  const parts = problem.field === "complex" ? 2 : 1;
  const x = random.reals(parts * signalSize(problem));
  const w = random.reals(parts * kernelSize(problem));
  const expected = oracle(problem, x, w);
  let several = 0;
  for (const plan of plansOf(problem)) {
    if (plan.run.kind === "zero") continue;
    const alone = await execute(wasm, problem, { ...plan, threads: 1 }, x, w);
    for (const threads of [2, 3]) {
      const together = await execute(wasm, problem, { ...plan, threads }, x, w);
      assert.equal(together, alone, `${label} ${plan.run.kind}, ${plan.outer} apart, ${threads} threads`);
    }
    if (!alone || errorOf(alone, expected) > bound(problem.precision, Math.max(2, plan.helix)))
      assert.unreachable(`${label} ${plan.run.kind} is wrong`);
    if (plan.cost.tasks > 1) several++;
  }
  return several;
}

test("the case table gives the same bits with 1, 2 and 3 threads, by every plan", async () => {
  let several = 0;
  for (const one of cases)
    for (const field of ["real", "complex"] as const)
      several += await check(problemOf(one, "f32", field), new Random(5), one.name);
  assert.ok(several > 50, `${several} plans have several tasks`);
});

test("so do random problems, and some whose strips and helices are cut into pieces", async () => {
  for (let seed = 1; seed <= 60; seed++)
    await check(randomProblem(new Random(seed)), new Random(seed + 1), `seed ${seed}`);
  for (const field of ["real", "complex"] as const) {
    const long = { ...problemOf(cases[1] as (typeof cases)[number], "f32", field), axes: [axis(100_003, 37)] };
    assert.ok((await check(long, new Random(3), `a long ${field} row`)) > 3);
  }
});

const axis = (x: number, w: number) => ({ x, w, u: 1, v: 1, lo: (w - 1) / 2, step: 1, count: x });
const large: Problem = {
  ...problemOf(cases[1] as (typeof cases)[number], "f32", "real"),
  axes: [axis(40, 9), axis(100, 9), axis(100, 9)],
};
const slabs = plansOf(large).find(({ outer, run }) => outer === 1 && run.kind === "spectral") as Plan;
const [largeSignal, largeKernel] = [new Random(1).reals(signalSize(large)), new Random(2).reals(kernelSize(large))];

/** Runs large work until threads that have started help, which they must within some seconds. */
async function untilHelped(): Promise<void> {
  const before = wasm.helped();
  for (let tries = 0; tries < 100 && wasm.helped() === before; tries++) {
    await execute(wasm, large, { ...slabs, threads: 2 }, largeSignal, largeKernel);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(wasm.helped() > before, "no thread helped");
}

test("other threads take part in large work", untilHelped);

test("an abort in the middle leaves the threads free for the next run", async () => {
  for (let i = 0; i < 5; i++) {
    const controller = new AbortController();
    const control = {
      abort: controller.signal,
      onProgress: (fraction: number) => (fraction > 0.3 ? controller.abort() : undefined),
    };
    await throwsHelixError(
      () => execute(wasm, large, { ...slabs, threads: 2 }, largeSignal, largeKernel, control),
      "aborted",
      /aborted/,
    );
  }
  await untilHelped();
});

test("a process ends although its threads were not told to", () => {
  const script = `
    import { convolve } from "./build/js/index.js";
    const x = { data: new Float32Array(2 ** 21).fill(1), shape: [32, 256, 256] };
    const w = { data: new Float32Array(729).fill(1), shape: [9, 9, 9] };
    for (let i = 0; i < 5; i++) await convolve(x, w, { mode: "same", threads: 3 });
    console.log("done");`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], { timeout: 30_000 });
  assert.is(String(output).trim(), "done");
});

test("threads of a disposed backend are ended, and new ones serve the next plan", async () => {
  const problem = problemOf(cases.find(({ name }) => name.startsWith("four")) as (typeof cases)[number], "f64", "real");
  const [x, w] = [new Random(1).reals(signalSize(problem)), new Random(2).reals(kernelSize(problem))];
  const plan = { ...(plansOf(problem)[1] as ReturnType<typeof plansOf>[number]), threads: 2 };
  const before = await execute(wasm, problem, plan, x, w);
  wasm.dispose();
  assert.equal(await execute(wasm, problem, plan, x, w), before);
  wasm.dispose();
});

test.run();
