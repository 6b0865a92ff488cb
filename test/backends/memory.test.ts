import { suite } from "uvu";
import * as assert from "uvu/assert";
import { convolveSync } from "../../src/api/convolve.js";
import { createWasm } from "../../src/backends/wasm/index.js";
import { defaultRates } from "../../src/dispatch/calibration.js";
import { choose } from "../../src/dispatch/choose.js";
import { backendOf } from "../../src/dispatch/registry.js";
import { reduceConv, reduceConvGradWeight } from "../../src/problem/conv.js";
import { reduceConvolve } from "../../src/problem/convolve.js";
import { kernelSize, type Problem, signalSize } from "../../src/problem/problem.js";
import { Random } from "../random.js";
import { execute, plansOf } from "./execute.js";

const test = suite("memory");

const PAGE = 2 ** 16;
const cases: [signal: number[], kernel: number[]][] = [
  [[300_000], [1000]],
  [
    [400, 500],
    [9, 21],
  ],
  [
    [60, 60, 60],
    [5, 5, 5],
  ],
  [
    [14, 15, 16, 17],
    [6, 5, 4, 3],
  ],
];
const problemOf = (signal: number[], kernel: number[]) => {
  const spec = (shape: number[]) => ({ shape, dtype: "float32" as const });
  return reduceConvolve(spec(signal), spec(kernel), { mode: "same", correlate: false }).problem;
};
const layerOf = (x: number[], weight: number[], stride: number) => {
  const spec = (shape: number[]) => ({ shape, dtype: "float32" as const });
  const options = { padding: 1, stride };
  const { problem, outShape } = reduceConv(spec(x), spec(weight), options);
  return {
    problem,
    gradient: reduceConvGradWeight(spec(x), spec(outShape), { ...options, kernelShape: weight }).problem,
  };
};

const problems: [string, Problem][] = [
  ...cases.map(([signal, kernel]): [string, Problem] => [`(${signal}) * (${kernel})`, problemOf(signal, kernel)]),
  ...[1, 2].flatMap((stride): [string, Problem][] => {
    const { problem, gradient } = layerOf([2, 5, 20, 30, 31], [9, 5, 3, 3, 3], stride);
    return [
      [`a layer of stride ${stride}`, problem],
      [`the gradient of a weight of stride ${stride}`, gradient],
    ];
  }),
];
for (const [what, problem] of problems)
  test(`no plan for ${what} takes more memory than it says, on 1 and 2 threads`, async () => {
    const random = new Random(signalSize(problem));
    const [x, w] = [random.reals(signalSize(problem)), random.reals(kernelSize(problem))];
    for (const plan of plansOf(problem).filter(({ run }) => run.kind !== "rows"))
      for (const threads of [1, 2]) {
        const wasm = createWasm();
        const bytes = plan.bytes + (threads - 1) * plan.threadBytes;
        await execute(wasm, problem, { ...plan, threads }, x, w);
        const [taken, way] = [wasm.idleBytes(), `${plan.run.kind} ${plan.outer} ${JSON.stringify(plan.run)}`];
        wasm.dispose();
        assert.ok(taken > 0 && taken <= bytes + PAGE, `${way}, ${threads} threads: took ${taken}, planned ${bytes}`);
      }
  });

test("with little memory long signals are convolved in blocks, and give the same", () => {
  const random = new Random(7);
  const signal = { data: Float32Array.from(random.reals(2 ** 20)), shape: [2 ** 20] };
  const kernel = { data: Float32Array.from(random.reals(3000)), shape: [3000] };
  const whole = convolveSync(signal, kernel, { mode: "same", method: "fft", backend: "wasm" });
  for (const maxMemory of [600_000, 2e6, 1e7]) {
    const problem = problemOf(signal.shape, kernel.shape);
    const wishes = { backend: "wasm", method: "auto", maxMemory } as const;
    const { plan } = choose(problem, [backendOf("wasm").describe()], defaultRates, wishes);
    assert.is(plan.method, "overlap-save");
    assert.ok(plan.bytes <= maxMemory, `${plan.bytes} bytes, and may use ${maxMemory}`);
    const streamed = convolveSync(signal, kernel, { mode: "same", backend: "wasm", maxMemory });
    assert.ok(streamed.data.every((value, i) => Math.abs(value - (whole.data[i] as number)) < 1e-3));
  }
});

test.run();
