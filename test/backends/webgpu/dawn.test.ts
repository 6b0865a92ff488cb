// The webgpu backend in Node, on Dawn with a software driver (SwiftShader): correct by every plan, whatever a device's limits.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { executes } from "../../../src/backends/backend.js";
import type { WebGpuOptions } from "../../../src/backends/webgpu/index.js";
import { viewOf } from "../../../src/ndarray.js";
import { largestBuffer } from "../../../src/plan/buffers.js";
import { candidates as allCandidates } from "../../../src/plan/candidates.js";
import { odds } from "../../../src/plan/lengths.js";
import { passesOf } from "../../../src/plan/passes.js";
import type { Odd, Plan } from "../../../src/plan/plan.js";
import { separablePlan } from "../../../src/plan/separable.js";
import { kernelSize, type Problem, signalSize } from "../../../src/problem/problem.js";
import { bound } from "../../accuracy.js";
import { errorOf, oracle } from "../../oracle.js";
import { randomProduct } from "../../products.js";
import { Random } from "../../random.js";
import { sampledError } from "../../sampled.js";
import { viewAround } from "../../views.js";
import { execute, operandsOf, run } from "../execute.js";
import { randomProblem } from "../problems.js";
import { check, checkTable } from "../table.js";
import { createSoftwareGpu, isThere } from "./equipment.js";

const test = suite("webgpu on Dawn");
const gpu = createSoftwareGpu();
test.after(() => gpu.dispose());

const candidates = (problem: Problem): Plan[] =>
  allCandidates(problem).filter((plan) => executes(gpu.describe(), plan));

const row = (x: number, w: number, roles: Partial<Problem> = {}): Problem => ({
  precision: "f32",
  field: "real",
  conj: { x: false, w: false },
  batch: 1,
  groups: 1,
  cin: 1,
  cout: 1,
  axes: [{ x, w, u: 1, v: 1, lo: (w - 1) >> 1, step: 1, count: x }],
  ...roles,
});

/** The plan of one circular FFT, of a given length. */
function withLength(problem: Problem, points: number, odd: Odd): Plan {
  const plan = candidates(problem).find(({ run }) => run.kind === "spectral" && run.blocks === 1) as Plan;
  const length = problem.field === "real" ? 2 * points : points;
  if (plan.run.kind !== "spectral" || length < plan.helix) throw new Error(`${length} numbers are too few`);
  return { ...plan, run: { ...plan.run, length, odd } };
}

async function checkPlan(problem: Problem, plan: Plan, backend = gpu): Promise<void> {
  const random = new Random(plan.helix);
  const parts = problem.field === "complex" ? 2 : 1;
  const x = random.reals(parts * signalSize(problem));
  const w = random.reals(parts * kernelSize(problem));
  const out = await execute(backend, problem, plan, x, w);
  const error = errorOf(out ?? [], oracle(problem, x, w));
  const limit = bound("f32", plan.helix);
  assert.ok(error <= limit, `${plan.run.kind} ${JSON.stringify(plan.run)}: error ${error} > ${limit}`);
}

async function isOnDawn(): Promise<boolean> {
  if (!isThere("dawnDriver", "apt-get install chromium")) return false;
  await gpu.detect();
  const { available, detail } = gpu.describe();
  if (!available) throw new Error(`Dawn finds no GPU although there is a driver: ${detail}`);
  return true;
}

if (await isOnDawn()) {
  test("computes the case table by every plan", async () => {
    assert.ok((await checkTable(gpu, ["f32"], "of each kind")).length > 20);
  });

  test("agrees with the oracle on random problems by every plan", async () => {
    let plans = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(seed);
      const problem: Problem = { ...randomProblem(random), precision: "f32" };
      plans += (await check(gpu, problem, random, `seed ${seed}`, "of each kind")).length;
    }
    assert.ok(plans > 40, `only ${plans} plans`);
  });

  test("every odd factor is right, in one workgroup and in several", async () => {
    for (const odd of odds)
      for (const field of ["real", "complex"] as const)
        for (const points of [16 * odd, odd * 2 ** Math.ceil(Math.log2(4096 / odd))]) {
          const problem = row(Math.floor(0.9 * points), Math.floor(0.05 * points) + 2, { field });
          await checkPlan(problem, withLength(problem, points, odd));
        }
  });

  test("every power of two is right from one workgroup's to many workgroups'", async () => {
    for (let points = 16; points <= 2 ** 15; points *= 2) {
      const problem = row(Math.floor(1.8 * points), 9);
      await checkPlan(problem, withLength(problem, points, 1));
    }
  });

  test("slabs, channels, groups and batches are right where a transform takes several workgroups", async () => {
    const axis = { x: 1500, w: 9, u: 1, v: 1, lo: 4, step: 1, count: 1500 };
    const outer = { x: 3, w: 2, u: 1, v: 1, lo: 0, step: 1, count: 3 };
    const layer = row(0, 0, { batch: 2, groups: 2, cin: 2, cout: 3, axes: [outer, axis] });
    for (const field of ["real", "complex"] as const) {
      const problem: Problem = { ...layer, field };
      for (const plan of candidates(problem).filter((plan) => plan.method === "fft")) await checkPlan(problem, plan);
    }
  });

  test("taps of several groups, and of the signal, are summed right", async () => {
    for (const problem of [row(5000, 300), row(300, 5000), row(500, 700, { cin: 2, cout: 2, field: "complex" })])
      for (const plan of candidates(problem).filter(({ run }) => run.kind === "strip")) await checkPlan(problem, plan);
  });

  test("strided, reversed and transposed views are read where they lie", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(seed);
      const field = random.pick(["real", "complex"] as const);
      const problem: Problem = { ...randomProblem(random), precision: "f32", field };
      const parts = field === "complex" ? 2 : 1;
      const [x, w] = [random.reals(parts * signalSize(problem)), random.reals(parts * kernelSize(problem))];
      const type = field === "complex" ? "complex64" : "float32";
      const operands = operandsOf(problem, x, w, (data, shape) => viewAround(random, data, type, shape));
      for (const plan of candidates(problem).slice(-3)) {
        const error = errorOf((await run(gpu, problem, plan, operands)) ?? [], oracle(problem, x, w));
        assert.ok(error <= bound("f32", Math.max(2, plan.helix)), `seed ${seed} ${plan.run.kind}: error ${error}`);
      }
    }
  });

  test("a kernel that is an outer product is convolved pass by pass, and what overflows between them is refused", async () => {
    const axes = [12, 15, 20].map((x, d) => ({ x, w: 2 + d, u: 1, v: 1, lo: d, step: 1, count: x }));
    for (const field of ["real", "complex"] as const) {
      const problem = row(0, 0, { field, batch: 2, groups: 2, axes });
      const passes = passesOf(problem);
      const direct = passes.map((pass) => candidates(pass.problem).find(({ run }) => run.kind === "strip") as Plan);
      const plan = separablePlan(problem, passes, direct);
      const parts = field === "complex" ? 2 : 1;
      const random = new Random(3);
      const x = random.reals(parts * signalSize(problem));
      const groups = [1, 2].map(() => Float32Array.from(randomProduct(random, [2, 3, 4], parts)));
      const w = Float64Array.from(groups.flatMap((group) => [...group]));
      const error = errorOf((await execute(gpu, problem, plan, x, w)) ?? [], oracle(problem, x, w));
      assert.ok(error <= bound("f32", plan.helix), `${field}: error ${error}`);
      assert.is(await execute(gpu, problem, plan, x.fill(3e37), w.fill(1)), undefined);
    }
  });

  test("a real signal with a complex kernel is read as it is", async () => {
    const problem = row(300, 20, { field: "complex" });
    const [x, w] = [new Random(1).reals(300), new Random(2).reals(40)];
    const pairs = Float64Array.from({ length: 600 }, (_, i) => (i % 2 ? 0 : (x[i / 2] as number)));
    const operands = operandsOf(problem, pairs, w);
    const view = viewOf({ data: Float32Array.from(x), shape: [1, 1, 1, 300] }, "signal");
    for (const plan of candidates(problem)) {
      const out = await run(gpu, problem, plan, { ...operands, signal: { ...operands.signal, view } });
      assert.ok(errorOf(out ?? [], oracle(problem, pairs, w)) <= bound("f32", 300), plan.run.kind);
    }
  });

  const limits: [string, WebGpuOptions["limits"]][] = [
    ["WebGPU's default limits", { invocations: 256, memory: 2 ** 14, binding: 2 ** 27 }],
    ["limits smaller than the default", { invocations: 128, memory: 2 ** 13 }],
    ["little workgroup memory, so that parts are exchanged one after the other", { invocations: 256, memory: 2 ** 13 }],
    ["small buffers", { binding: 2 ** 16 }],
  ];
  for (const [what, limit] of limits)
    test(`${what}: the planner's plans are right, and none is refused`, async () => {
      const small = createSoftwareGpu({ limits: limit ?? {} });
      await small.detect();
      const { maxBuffer, maxLength } = small.describe();
      for (const problem of [row(6000, 40), row(2000, 9, { batch: 3, cin: 2, cout: 2 })]) {
        const fitting = candidates(problem).filter(
          (plan) =>
            largestBuffer(plan) <= maxBuffer && (plan.run.kind !== "spectral" || plan.run.length <= 2 * maxLength),
        );
        assert.ok(fitting.length > 1);
        for (const plan of fitting.slice(0, 2).concat(fitting.slice(-2))) await checkPlan(problem, plan, small);
      }
      small.dispose();
    });

  test("the error at 2^20 complex points is at most 5e-7", async () => {
    const [m, n] = [2 ** 21 - 100, 100];
    const random = new Random(20);
    const [x, w] = [random.reals(m).map(Math.abs), random.reals(n).map(Math.abs)];
    const problem = row(m, n);
    const out = await execute(gpu, problem, withLength(problem, 2 ** 20, 1), x, w);
    const array = (data: ArrayLike<number>) => ({ data, shape: [data.length] });
    const error = sampledError(array(x), array(w), array(out ?? []), "same");
    assert.ok(error <= 5e-7, `error ${error}`);
  });

  test("numbers that are not finite, or too large to be summed, are refused", async () => {
    const problem = row(400, 9);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 3e38])
      for (const plan of candidates(problem)) {
        const x = new Float64Array(400).fill(1);
        x[7] = bad;
        x[8] = bad;
        const ones = new Float64Array(400).fill(1);
        assert.is(await execute(gpu, problem, plan, x, ones.subarray(0, 9)), undefined);
        assert.is(await execute(gpu, problem, plan, ones, x.subarray(0, 9)), undefined);
      }
  });
}

test.run();
