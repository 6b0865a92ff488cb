// The layer as callers meet it, on every backend: its gradients as adjoints and as limits, its bias, special values, and errors.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ConvOptions,
  conv,
  convGradBias,
  convGradBiasSync,
  convGradInput,
  convGradInputSync,
  convGradWeight,
  convGradWeightSync,
  convSync,
  convTranspose,
  convTransposeSync,
  correlateSync,
  explain,
  type NdArray,
  prepare,
  prepareSync,
} from "../../src/index.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";

const test = suite("conv");
const random = new Random(41);
const sizeOf = (shape: readonly number[]) => shape.reduce((n, m) => n * m, 1);
const filled = (...shape: number[]): NdArray => ({ data: random.reals(sizeOf(shape)), shape });
const complex = (...shape: number[]): NdArray => ({ ...filled(...shape, 2), shape, dtype: "complex128" });
const zeros = (...shape: number[]): NdArray => ({ data: new Float64Array(sizeOf(shape)), shape });
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
const near = (a: number, b: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b)), `${a} is not ${b}`);

const backends = ["js", "wasm"] as const;

/** Layers of several ranks with every option. */
const layers: { x: number[]; weight: number[]; options: ConvOptions }[] = [
  { x: [2, 3, 9], weight: [4, 3, 3], options: { padding: 1 } },
  {
    x: [1, 4, 7, 8],
    weight: [6, 2, 3, 2],
    options: {
      stride: [2, 1],
      dilation: [1, 3],
      padding: [
        [2, 0],
        [1, 3],
      ],
      groups: 2,
    },
  },
  { x: [2, 2, 5, 4, 6], weight: [2, 1, 2, 3, 2], options: { groups: 2, padding: "same", paddingMode: "circular" } },
  { x: [1, 2, 4, 4, 3, 5], weight: [3, 2, 3, 2, 2, 3], options: { stride: 2, padding: 1, paddingMode: "reflect" } },
  {
    x: [2, 1, 3, 3, 3, 3, 3],
    weight: [2, 1, 2, 2, 2, 2, 2],
    options: { padding: 1, paddingMode: "helical", stride: 2 },
  },
  {
    x: [1, 2, 2, 3, 2, 3, 2, 2, 2, 3],
    weight: [2, 2, 2, 2, 2, 2, 2, 1, 2, 2],
    options: { padding: 1, stride: 2, paddingMode: "replicate" },
  },
];

/** Σ conj(a) b */
function dot(a: NdArray, b: NdArray): [re: number, im: number] {
  if (a.dtype !== "complex128") return [sum(Array.from(a.data, (v, i) => v * (b.data[i] as number))), 0];
  let [re, im] = [0, 0];
  for (let i = 0; i < a.data.length; i += 2) {
    const [p, q, r, s] = [a.data[i], a.data[i + 1], b.data[i], b.data[i + 1]] as [number, number, number, number];
    re += p * r + q * s;
    im += p * s - q * r;
  }
  return [re, im];
}

test("the gradients are adjoint to the layer: <y, conv(x, w)> = <gradInput(y), x> = <gradWeight(y), w>, real and complex", () => {
  for (const backend of backends)
    for (const { x, weight, options } of layers)
      for (const make of [filled, complex]) {
        const given = { ...options, backend };
        const [image, kernel] = [make(...x), make(...weight)];
        const result = convSync(image, kernel, given);
        const grad = make(...result.shape);
        const [re, im] = dot(grad, result);
        const byInput = dot(convGradInputSync(grad, kernel, { ...given, inputShape: x }), image);
        const byWeight = dot(convGradWeightSync(grad, image, { ...given, kernelShape: weight }), kernel);
        for (const [a, b] of [byInput, byWeight]) {
          near(a, re, 1e-11);
          near(b, im, 1e-11);
        }
      }
});

test("the gradients are the limits of differences, for a loss that is not linear", () => {
  const step = 1e-6;
  const loss = (y: NdArray) => sum(Array.from(y.data, (v) => Math.sin(v)));
  for (const { x, weight, options } of layers.slice(0, 4)) {
    const [image, kernel, bias] = [filled(...x), filled(...weight), filled(weight[0] as number)];
    const given = { ...options, bias };
    const { data, shape } = convSync(image, kernel, given);
    const grad = { data: Float64Array.from(data, Math.cos), shape };
    const { bias: _, ...layer } = given;
    const gradients = [
      convGradInputSync(grad, kernel, { ...layer, inputShape: x }),
      convGradWeightSync(grad, image, { ...layer, kernelShape: weight }),
      convGradBiasSync(grad),
    ];
    [image, kernel, bias].forEach((array, which) => {
      const numbers = array.data as Float64Array;
      for (let k = 0; k < 5; k++) {
        const i = random.integer(0, numbers.length - 1);
        const value = numbers[i] as number;
        const [above, below] = [step, -step].map((change) => {
          numbers[i] = value + change;
          return loss(convSync(image, kernel, given));
        }) as [number, number];
        numbers[i] = value;
        near(gradients[which]?.data[i] as number, (above - below) / (2 * step), 1e-7);
      }
    });
  }
});

test("one channel without padding is SciPy's correlate, valid", () => {
  const [x, w] = [filled(6, 7, 5), filled(2, 3, 2)];
  const layer = convSync({ ...x, shape: [1, 1, 6, 7, 5] }, { ...w, shape: [1, 1, 2, 3, 2] });
  const plain = correlateSync(x, w, { mode: "valid" });
  assert.equal(layer.shape.slice(2), plain.shape);
  layer.data.forEach((value, i) => {
    near(value, plain.data[i] as number);
  });
});

test("eight spatial axes work as one does", () => {
  const [x, w] = [filled(1, 2, 2, 2, 2, 2, 2, 2, 2, 3), filled(3, 2, 1, 1, 1, 1, 1, 1, 1, 2)];
  const flat = { ...x, shape: [1, 2, 128, 3] };
  const expected = convSync(flat, { ...w, shape: [3, 2, 1, 2] });
  const result = convSync(x, w);
  assert.equal(result.shape, [1, 3, 2, 2, 2, 2, 2, 2, 2, 2]);
  result.data.forEach((value, i) => {
    near(value, expected.data[i] as number);
  });
});

test("the sync calls give bit for bit what the async calls give", async () => {
  const [x, w, g] = [filled(2, 3, 6, 5), filled(4, 3, 3, 2), filled(2, 4, 4, 4)];
  for (const backend of backends) {
    assert.equal(await conv(x, w, { backend }), convSync(x, w, { backend }));
    assert.equal(await convTranspose(g, w, { backend }), convTransposeSync(g, w, { backend }));
    const shapes = { inputShape: x.shape, kernelShape: w.shape };
    const input = { backend, inputShape: shapes.inputShape };
    assert.equal(await convGradInput(g, w, input), convGradInputSync(g, w, input));
    const weight = { backend, kernelShape: shapes.kernelShape };
    assert.equal(await convGradWeight(g, x, weight), convGradWeightSync(g, x, weight));
  }
  assert.equal(await convGradBias(g), convGradBiasSync(g));
});

test("prepared layers give what one-shot calls give, with the bias of the moment, and take other weights", async () => {
  const [x, w, v, bias] = [filled(2, 3, 6, 5), filled(4, 3, 3, 2), filled(4, 3, 3, 2), filled(4)];
  const options = { bias, padding: 1, paddingMode: "reflect" } as const;
  const prepared = await prepare("conv", { signal: { shape: x.shape, dtype: "float64" } }, w, options);
  // Kept kernels may have another plan than those that are used once.
  const { operation, plan } = prepared.explain();
  assert.is(operation, "conv");
  assert.equal(await prepared.run(x), convSync(x, w, { ...options, plan }));
  prepared.setKernel(v);
  (bias.data as Float64Array).fill(3);
  assert.equal(prepared.runSync(x), convSync(x, v, { ...options, plan }));
  prepared.dispose();
  const grad = filled(2, 4, 4, 4);
  const backward = prepareSync("convGradWeight", { signal: x }, grad, { kernelShape: [3, 2] });
  const given = { kernelShape: [3, 2], plan: backward.explain().plan };
  assert.equal(backward.runSync(x), convGradWeightSync(grad, x, given));
  backward.dispose();
});

test("explain says what a layer would do", async () => {
  const arrays = { signal: { shape: [2, 8, 32, 32, 32] }, kernel: { shape: [16, 8, 5, 5, 5] } };
  const { operation, shape, plan } = await explain("conv", arrays, { padding: "same", threads: 1 });
  assert.equal([operation, shape], ["conv", [2, 16, 32, 32, 32]]);
  assert.equal([plan.batch, plan.cin, plan.cout], [2, 8, 16]);
});

test("of a strided layer with single taps, only the samples that are met take part", async () => {
  const arrays = { signal: { shape: [1, 3, 20, 21] }, kernel: { shape: [4, 3, 1, 3] } };
  const { plan } = await explain("conv", arrays, { stride: 2, padding: 1, backend: "js", method: "direct" });
  assert.equal(
    plan.axes.map(({ step, x }) => [step, x.size]),
    [
      [1, 10],
      [2, 21],
    ],
  );
});

test("out receives the result, strided or not", () => {
  const [x, w, bias] = [filled(2, 3, 6), filled(4, 3, 3), filled(4)];
  const expected = convSync(x, w, { bias });
  const channelsLast = { data: new Float64Array(32), shape: [2, 4, 4], stride: [16, 1, 4] };
  assert.is(convSync(x, w, { bias, out: channelsLast }), channelsLast);
  for (let k = 0; k < 32; k++)
    assert.is(channelsLast.data[(k >> 4) * 16 + ((k >> 2) & 3) + 4 * (k & 3)], expected.data[k]);
  const folded = convGradInputSync(expected, w, { inputShape: [6], padding: 0, paddingMode: "circular" });
  const out = { data: new Float64Array(36).fill(7), shape: [2, 3, 6] };
  convGradInputSync(expected, w, { inputShape: [6], paddingMode: "circular", out });
  assert.equal(out.data, folded.data);
});

test("a gradient with a padding mode overwrites what out held", () => {
  const [g, w] = [filled(1, 1, 5), filled(1, 1, 3)];
  const options = { inputShape: [5], padding: 1, paddingMode: "circular" } as const;
  const out = { data: new Float64Array(5).fill(9), shape: [1, 1, 5] };
  assert.equal(convGradInputSync(g, w, { ...options, out }).data, convGradInputSync(g, w, options).data);
});

test("integers with integers are exact, and a NaN reaches only the outputs that meet it", () => {
  for (const backend of backends) {
    const x = { data: Int32Array.of(1_000_003, -7, 2 ** 30, 5), shape: [1, 1, 4] };
    const w = { data: Int16Array.of(30_001, 2), shape: [1, 1, 2] };
    const expected = [1_000_003 * 30_001 - 14, -7 * 30_001 + 2 ** 31, 2 ** 30 * 30_001 + 10];
    assert.equal(Array.from(convSync(x, w, { backend }).data), expected);
    const broken = filled(1, 1, 40);
    (broken.data as Float64Array)[20] = Number.NaN;
    const result = convSync(broken, filled(1, 1, 3), { backend, method: "fft" });
    assert.equal(
      Array.from(result.data).flatMap((value, i) => (Number.isNaN(value) ? [i] : [])),
      [18, 19, 20],
    );
  }
});

test("a real bias goes onto the real parts of a complex result", () => {
  const [x, w] = [complex(1, 2, 5), complex(2, 2, 3)];
  const plain = convSync(x, w).data;
  const result = convSync(x, w, { bias: { data: [3, -2], shape: [2] } }).data;
  plain.forEach((value, i) => {
    near(result[i] as number, value + (i % 2 ? 0 : i < 6 ? 3 : -2));
  });
});

test("errors say which dimension, what was expected, and what was given", async () => {
  const fails = async (x: number[], w: number[], options: object, code: "shape" | "option", message: RegExp) =>
    throwsHelixError(() => conv(zeros(...x), zeros(...w), options), code, message);
  const channels = await fails(
    [1, 4, 9],
    [8, 3, 3],
    {},
    "shape",
    /x must have as many channels \(axis 1\) as a weight of shape \(8, 3, 3\) takes in 1 group, 3; x \(1, 4, 9\) has 4/,
  );
  assert.equal(channels, { expected: 3, actual: 4 });
  await fails(
    [1, 4, 9],
    [8, 4, 3, 3],
    {},
    "shape",
    /weight must have as many axes as x \(1, 4, 9\), 3: two of channels and 1 of taps; it has 4/,
  );
  await fails([4, 9], [4, 3], {}, "shape", /x must have axes \(N, C, d1, …\), at least one of them spatial/);
  await fails(
    [1, 4, 9],
    [6, 1, 3],
    { groups: 4 },
    "option",
    /groups must divide the weight's output channels \(axis 0 of \(6, 1, 3\)\), 6; got 4/,
  );
  await fails(
    [1, 4, 9, 3],
    [4, 4, 2, 3],
    { dilation: [1, 2] },
    "shape",
    /along spatial axis 1 its 3 taps, 2 apart, reach over 5 samples, and x \(1, 4, 9, 3\) has 3 with padding 0 \+ 0/,
  );
  await fails(
    [1, 4, 9],
    [4, 4, 3],
    { stride: 0 },
    "option",
    /stride must be a whole number, at least 1, or one for each of the 1 spatial axes; got 0/,
  );
  await fails([1, 4, 9, 9], [4, 4, 3, 3], { stride: [1] }, "option", /each of the 2 spatial axes; got \[1\]/);
  await fails([1, 4, 9], [4, 4, 3], { padding: "full" }, "option", /padding must be "same", "valid", .* got "full"/);
  await fails([1, 4, 9], [4, 4, 3], { padding: -1 }, "option", /padding must be .* at least 0.*got -1/);
  await fails(
    [1, 4, 9],
    [4, 4, 3],
    { padding: "same", stride: 2 },
    "option",
    /padding "same" needs stride 1; along spatial axis 0 it is 2/,
  );
  await fails(
    [1, 4, 9],
    [4, 4, 3],
    { paddingMode: "mirror" },
    "option",
    /paddingMode must be one of "zeros", .* got "mirror"/,
  );
  await fails(
    [1, 4, 9],
    [4, 4, 3],
    { bias: zeros(3) },
    "shape",
    /bias must have one number for each of the 4 output channels, shape \(4\); it has shape \(3\)/,
  );
  await fails([1, 4, 9], [4, 4, 3], { mode: "same" }, "option", /options are .*; got "mode"/);
  await fails([1, 4, 9], [4, 4, 3], { strides: 2 }, "option", /did you mean "stride"/);
  await throwsHelixError(
    () => conv(zeros(1, 1, 3), zeros(1, 1, 2), { bias: complex(1) }),
    "dtype",
    /bias must be real where the result is, float64/,
  );
});

test("errors of the transpose and of the gradients name the arrays as their callers do", async () => {
  await throwsHelixError(
    () => convTranspose(zeros(1, 4, 9), zeros(3, 4, 2)),
    "shape",
    /x must have as many channels \(axis 1\) as the weight \(3, 4, 2\) has along axis 0, 3; x \(1, 4, 9\) has 4/,
  );
  await throwsHelixError(
    () => convTranspose(zeros(1, 4, 9), zeros(4, 4, 2), { stride: 2, outputPadding: 2 }),
    "option",
    /outputPadding must be less than stride or dilation; along spatial axis 0 it is 2, with stride 2 and dilation 1/,
  );
  await throwsHelixError(
    () => convTranspose(zeros(1, 4, 2), zeros(4, 4, 2), { padding: 2 }),
    "shape",
    /along spatial axis 0 it has 3 samples, and padding 2 \+ 2 is cut off/,
  );
  await throwsHelixError(
    () => convTranspose(zeros(1, 4, 9), zeros(4, 4, 2), { padding: "same" }),
    "option",
    /padding of a transposed convolution must be numbers/,
  );
  await throwsHelixError(
    () => convGradInput(zeros(1, 4, 9), zeros(4, 2, 2), { inputShape: [9] }),
    "shape",
    /grad must have the shape of the layer's result, \(1, 4, 8\) for x \(1, 2, 9\) and weight \(4, 2, 2\); it has \(1, 4, 9\); axis 2 is 9, not 8/,
  );
  await throwsHelixError(
    () => convGradInput(zeros(1, 4, 9), zeros(4, 2, 2), { inputShape: [1, 3, 10] }),
    "shape",
    /inputShape must agree with the arrays; its axis 1 is 3, and the arrays make it 2/,
  );
  await throwsHelixError(
    () => convGradInput(zeros(1, 4, 9), zeros(4, 2, 2), {} as { inputShape: number[] }),
    "option",
    /inputShape must be a shape of 3 axes, or of the 1 spatial ones; got undefined/,
  );
  await throwsHelixError(() => convGradBias(zeros(9)), "shape", /grad must have axes \(N, O, …\); its shape is \(9\)/);
  await throwsHelixError(
    () => convGradWeight(zeros(2, 4, 8), zeros(1, 2, 9), { kernelShape: [2] }),
    "shape",
    /grad must have .*axis 0 is 2, not 1/,
  );
  await throwsHelixError(
    () => prepareSync("convGradWeight", { signal: { shape: [1, 2, 9] } }, zeros(1, 4, 8), { kernelShape: [3] }),
    "shape",
    /grad must have the shape of the layer's result, \(1, 4, 7\)/,
  );
});

test.run();
