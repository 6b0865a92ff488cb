// What callers see, on every backend: properties, special values, outputs, errors.
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  backends,
  type ConvolutionOptions,
  convolve,
  convolveSync,
  correlate,
  correlateSync,
  type NdArray,
} from "../../src/index.js";
import { errorOf } from "../oracle.js";
import { throwsHelixError } from "../throws.js";

const test = suite("convolve");
const ways = (["js", "wasm"] as const).flatMap((backend) =>
  (["direct", "fft"] as const).map((method) => ({ backend, method })),
);
const array = (data: ArrayLike<number>, ...shape: number[]): NdArray => ({
  data,
  shape: shape.length ? shape : [data.length],
});
const numbers = (result: NdArray) => Array.from(result.data);

/** Runs a check by every backend and method. */
const everywhere = async (check: (way: ConvolutionOptions, label: string) => unknown) => {
  for (const way of ways) await check(way, `${way.backend} ${way.method}`);
};

const near = (actual: NdArray, expected: ArrayLike<number>, label: string) => {
  const out = Float64Array.from(expected);
  assert.ok(
    errorOf(actual.data, { out, magnitude: out.map((v) => Math.max(1, Math.abs(v))) }) < 1e-13,
    `${label}: ${actual.data} is not ${expected}`,
  );
};

// --- properties

const shapes = fc
  .integer({ min: 1, max: 4 })
  .chain((rank) =>
    fc.tuple(...[0, 1].map(() => fc.array(fc.integer({ min: 1, max: 5 }), { minLength: rank, maxLength: rank }))),
  );
const filled = (shape: number[], seed: number) =>
  array(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(seed + 7.3 * i)),
    ...shape,
  );

test("it commutes: signal and kernel may change places in full mode", () =>
  everywhere((way, label) =>
    fc.assert(
      fc.property(shapes, ([m, n]) => {
        const [x, w] = [filled(m as number[], 1), filled(n as number[], 2)];
        near(convolveSync(x, w, way), convolveSync(w, x, way).data, label);
      }),
      { numRuns: 50, seed: 1 },
    ),
  ));

test("it is linear in the signal", () =>
  everywhere((way, label) =>
    fc.assert(
      fc.property(shapes, ([m, n]) => {
        const [x, y, w] = [filled(m as number[], 1), filled(m as number[], 3), filled(n as number[], 2)];
        const sum = array(
          Float64Array.from(x.data, (v, i) => 2 * v - (y.data[i] as number)),
          ...(m as number[]),
        );
        const [a, b] = [convolveSync(x, w, way).data, convolveSync(y, w, way).data];
        near(
          convolveSync(sum, w, way),
          Float64Array.from(a, (v, i) => 2 * v - (b[i] as number)),
          label,
        );
      }),
      { numRuns: 50, seed: 2 },
    ),
  ));

test("same is full, cropped, and valid is same, cropped", () =>
  everywhere((way, label) => {
    const [x, w] = [filled([9], 1), filled([4], 2)];
    const full = numbers(convolveSync(x, w, way));
    near(convolveSync(x, w, { ...way, mode: "same" }), full.slice(1, 10), label);
    near(convolveSync(x, w, { ...way, mode: "valid" }), full.slice(3, 9), label);
  }));

test("a delta is the identity, and a shifted delta shifts", () =>
  everywhere((way, label) => {
    const x = filled([3, 4], 1);
    near(convolveSync(x, array([1], 1, 1), way), x.data, label);
    near(convolveSync(x, array([0, 0, 0, 0, 1, 0, 0, 0, 0], 3, 3), { ...way, mode: "same" }), x.data, label);
  }));

test("correlation finds where a template lies", () =>
  everywhere(async (way, label) => {
    const scene = new Float64Array(100);
    const template = [3, -1, 4, 1, -5, 9];
    template.forEach((v, i) => {
      scene[42 + i] = v;
    });
    const match = await correlate(array(scene), array(template), { ...way, mode: "valid" });
    assert.is(numbers(match).indexOf(Math.max(...numbers(match))), 42, label);
  }));

test("the sync calls give bit for bit what the async calls give", () =>
  everywhere(async (way, label) => {
    const [x, w] = [filled([6, 5, 7], 1), filled([3, 2, 4], 2)];
    assert.equal(convolveSync(x, w, way), await convolve(x, w, way), label);
    assert.equal(correlateSync(x, w, way), await correlate(x, w, way), label);
  }));

test("repeated calls of one shape, which share memory, give the same", () =>
  everywhere((way, label) => {
    const [x, w, v] = [filled([40, 9], 1), filled([5, 3], 2), filled([5, 3], 9)];
    const first = convolveSync(x, w, way);
    convolveSync(x, v, way);
    assert.equal(convolveSync(x, w, way), first, label);
  }));

test("many async calls at once do not disturb each other", async () => {
  const pairs = Array.from({ length: 12 }, (_, i) => [filled([30, 20], i), filled([4, 5], 100 + i)] as const);
  const together = await Promise.all(pairs.map(([x, w]) => convolve(x, w, { backend: "wasm", method: "fft" })));
  for (const [i, [x, w]] of pairs.entries())
    assert.equal(together[i], convolveSync(x, w, { backend: "wasm", method: "fft" }));
});

// --- what comes out

test("the mode is full unless said", () => assert.equal(convolveSync(array([1, 2]), array([1, 1])).shape, [3]));

test("float32 gives float32, anything else float64, and complex stays complex", () => {
  const dtype = (a: NdArray, b: NdArray) => convolveSync(a, b).dtype;
  const [f32, f64, i16] = [array(Float32Array.of(1)), array(Float64Array.of(1)), array(Int16Array.of(1))];
  const [c64, c128] = [
    { ...array(Float32Array.of(1, 2), 1), dtype: "complex64" },
    { ...array(Float64Array.of(1, 2), 1), dtype: "complex128" },
  ];
  assert.equal(
    [dtype(f32, f32), dtype(f32, f64), dtype(i16, f32), dtype(i16, i16)],
    ["float32", "float64", "float64", "float64"],
  );
  assert.equal(
    [dtype(c64, f32), dtype(c64, c64), dtype(c64, f64), dtype(c128, c64)],
    ["complex64", "complex64", "complex128", "complex128"],
  );
});

test("inputs are left as they were", () =>
  everywhere((way) => {
    const [x, w] = [filled([5, 5], 1), filled([3, 3], 2)];
    const [before, kernel] = [numbers(x), numbers(w)];
    convolveSync(x, w, way);
    assert.equal([numbers(x), numbers(w)], [before, kernel]);
  }));

test("inputs in a SharedArrayBuffer are fine", () =>
  everywhere((way, label) => {
    const shared = new Float64Array(new SharedArrayBuffer(24));
    shared.set([1, 2, 3]);
    near(convolveSync(array(shared), array([1, 1]), way), [1, 3, 5, 3], label);
  }));

test("elements that lie far apart are read like any others", () =>
  everywhere((way, label) => {
    const data = new Float32Array(4000).fill(Number.NaN);
    [1, 2, 3].forEach((v, i) => {
      data[5 + 1500 * i] = v;
    });
    near(convolveSync({ data, shape: [3], stride: [1500], offset: 5 }, array([1, 1]), way), [1, 3, 5, 3], label);
  }));

test("out receives the result and is returned", () =>
  everywhere((way, label) => {
    const out = { data: new Float64Array(4).fill(9), shape: [4] };
    assert.is(convolveSync(array([1, 2, 3]), array([1, 1]), { ...way, out }), out);
    near(out, [1, 3, 5, 3], label);
  }));

test("out may be strided and part of a larger array, of which the rest is left alone", () =>
  everywhere((way, label) => {
    const out = { data: new Float64Array(12).fill(9), shape: [2, 2], stride: [-3, 6], offset: 4 };
    convolveSync(array([1, 2, 3, 4], 2, 2), array([2], 1, 1), { ...way, out });
    near(out, [9, 6, 9, 9, 2, 9, 9, 8, 9, 9, 4, 9], label);
    const offset = { data: new Float64Array(6).fill(9), shape: [4], offset: 1 };
    convolveSync(array([1, 2, 3]), array([1, 1]), { ...way, out: offset });
    near(offset, [9, 1, 3, 5, 3, 9], label);
  }));

// --- integers

test("integers give exact float64, by FFT where rounding is safe", () =>
  everywhere((way, label) => {
    const x = array(Int32Array.from({ length: 500 }, (_, i) => ((i * 7919) % 2001) - 1000));
    const w = array(Int16Array.from({ length: 77 }, (_, i) => ((i * 104729) % 601) - 300));
    const exact = new Float64Array(576);
    for (const [i, a] of Array.from(x.data).entries())
      for (const [j, b] of Array.from(w.data).entries()) exact[i + j] = (exact[i + j] as number) + a * b;
    assert.equal(convolveSync(x, w, way).data, exact, label);
  }));

test("integers too large for a rounded FFT are summed directly", async () => {
  const [x, w] = [
    array(Int32Array.from({ length: 3000 }, (_, i) => 1_000_003 * ((i % 3) - 1))),
    array(new Int32Array(500).fill(999_983)),
  ];
  const result = convolveSync(x, w, { backend: "wasm" });
  assert.is(result.data[2], 1_000_003 * 999_983 * (-1 + 0 + 1));
  assert.is(result.data[0], -1_000_003 * 999_983);
  await throwsHelixError(() => convolveSync(x, w, { method: "fft" }), "option", /could not be rounded/);
});

test("integers whose sums may pass 2^53 are refused", async () => {
  const big = array(new Int32Array(10).fill(2 ** 31 - 1));
  const error = await throwsHelixError(() => convolve(big, big), "dtype", /below 2\^53.*convert one to Float64Array/);
  assert.is(error.expected, 2 ** 53);
});

// --- NaN and infinity

test("a NaN in the signal reaches only the outputs that it meets, whatever the method", () =>
  everywhere((way, label) => {
    const result = convolveSync(array([1, 2, Number.NaN, 4, 5, 6], 2, 3), array([1, 1, 1, 1], 2, 2), way);
    assert.equal(numbers(result), [1, 3, Number.NaN, Number.NaN, 5, 12, Number.NaN, Number.NaN, 4, 9, 11, 6], label);
  }));

test("an infinity in the kernel does too, and never meets a gap", () =>
  everywhere((way, label) => {
    const result = convolveSync(array([1, 2, 3, 4], 2, 2), array([1, Number.POSITIVE_INFINITY], 1, 2), way);
    assert.equal(numbers(result), [1, Infinity, Infinity, 3, Infinity, Infinity], label);
  }));

test("an infinity times zero is NaN, as the definition says", () =>
  everywhere((way, label) => {
    assert.equal(
      numbers(convolveSync(array([1, Infinity, 3]), array([0, 1]), way)),
      [0, Number.NaN, Infinity, 3],
      label,
    );
    assert.equal(
      numbers(convolveSync(array([0, 1]), array([1, Infinity, 3]), way)),
      [0, Number.NaN, Infinity, 3],
      label,
    );
  }));

test("float32 values whose FFT would overflow are summed directly", () =>
  everywhere((way, label) => {
    const result = convolveSync(array(Float32Array.of(3e38, 0, -3e38)), array(Float32Array.of(1, 1)), way);
    assert.equal(numbers(result), [3e38, 3e38, -3e38, -3e38].map(Math.fround), label);
  }));

// --- abort and progress

test("a signal that has aborted stops a call before it starts", () =>
  everywhere(async (way) => {
    await throwsHelixError(
      () => convolve(array([1]), array([1]), { ...way, abort: AbortSignal.abort() }),
      "aborted",
      /aborted/,
    );
    await throwsHelixError(
      () => convolveSync(array([1]), array([1]), { ...way, abort: AbortSignal.abort() }),
      "aborted",
      /aborted/,
    );
  }));

test("an abort in the middle stops the work, and the next call is right", () =>
  everywhere(async (way, label) => {
    const controller = new AbortController();
    const work = convolve(filled([8, 60, 60], 1), filled([1, 9, 9], 2), {
      ...way,
      abort: controller.signal,
      onProgress: () => controller.abort(),
      axes: [1, 2],
    });
    await throwsHelixError(() => work, "aborted", /aborted/);
    near(convolveSync(array([1, 2, 3]), array([1, 1]), way), [1, 3, 5, 3], label);
  }));

test("progress grows and ends at 1", () =>
  everywhere((way, label) => {
    const seen: number[] = [];
    convolveSync(filled([5, 9, 9], 1), filled([1, 3, 3], 2), {
      ...way,
      axes: [1, 2],
      onProgress: (fraction) => seen.push(fraction),
    });
    assert.ok(
      seen.length > 1 && seen.every((fraction, i) => fraction > 0 && fraction <= 1 && fraction >= (seen[i - 1] ?? 0)),
      `${label}: ${seen}`,
    );
    assert.is(seen.at(-1), 1);
  }));

// --- errors

const refuse = (
  options: unknown,
  code: "option" | "shape" | "dtype",
  message: RegExp,
  x = array([1, 2, 3, 4], 2, 2),
  w = array([1, 2], 1, 2),
) => throwsHelixError(() => convolve(x, w, options as ConvolutionOptions), code, message);

test("ranks that differ are refused", async () => {
  const error = await refuse(
    {},
    "shape",
    /kernel has rank 1 but signal has rank 2; ranks must match/,
    undefined,
    array([1]),
  );
  assert.equal([error.expected, error.actual], [2, 1]);
  await refuse({ axes: [0, 1] }, "shape", /or the kernel's must be the number of axes, 2/, undefined, array([1]));
});

test("unknown options and values are refused with what there is", async () => {
  await refuse({ mdoe: "same" }, "option", /options are backend.*; got "mdoe"/);
  await refuse({ metod: "fft" }, "option", /did you mean "method"/);
  await refuse({ mode: "reflect" }, "option", /mode must be one of "full", "same", "valid"; got "reflect"/);
  await refuse({ backend: "cuda" }, "option", /backend must be one of "auto", "webgpu", "wasm", "js"; got "cuda"/);
  await refuse({ method: "fastest" }, "option", /method must be one of "auto", "direct", "fft"/);
  await refuse({ maxMemory: -1 }, "option", /maxMemory must be a positive number of bytes; got -1/);
  await refuse({ abort: 5 }, "option", /abort must be an AbortSignal/);
  await refuse({ onProgress: "yes" }, "option", /onProgress must be a function/);
  await refuse(null, "option", /options must be an object; got null/);
});

test("axes that are not the signal's are refused", async () => {
  for (const axes of [[2], [-3], [0, 0], [0, -2], []])
    await refuse({ axes }, "option", /axes must be different whole numbers from -2 to 1/);
  await refuse({ axes: [0.5] }, "option", /axes must be a whole number or an array/);
});

test("axes that cannot be broadcast are refused", async () => {
  await refuse(
    { axes: [1] },
    "shape",
    /axis 0 is 2 in signal \(2, 2\) and 3 in kernel \(3, 1\)/,
    undefined,
    array([1, 2, 3], 3, 1),
  );
});

test("valid needs one array to dominate", async () => {
  const [row, block] = [array([1, 2, 3, 4], 1, 4), array([1, 2, 3, 4], 2, 2)];
  await refuse(
    { mode: "valid" },
    "shape",
    /at least as large as the other along every.*signal is \(1, 4\), kernel \(2, 2\)/,
    row,
    block,
  );
});

test("an out that does not fit is refused", async () => {
  const out = (data: ArrayLike<number>, more: Partial<NdArray> = {}) => ({ out: { data, shape: [2, 3], ...more } });
  await refuse(out(new Float64Array(4), { shape: [2, 2] }), "shape", /result's shape \(2, 3\); it has \(2, 2\)/);
  await refuse(out(new Float32Array(6)), "dtype", /result's dtype, float64.*it has float32/);
  await refuse(out([0, 0, 0, 0, 0, 0]), "dtype", /in a typed array; it has number\[\]/);
  await refuse(out(new Float64Array(6), { stride: [1, 1] }), "option", /place of its own/);
  await refuse(out(new Float64Array(6), { stride: [0, 1] }), "option", /place of its own/);
  const memory = new Float64Array(10);
  await refuse(out(memory.subarray(3, 9)), "option", /must not overlap an input/, array(memory.subarray(0, 4), 2, 2));
});

test("a result too large for any array is out-of-memory, not a crash", async () => {
  const huge = { data: new Float32Array(1), shape: [2 ** 25, 2 ** 25], stride: [0, 0] };
  await throwsHelixError(() => convolve(huge, array(Float32Array.of(1), 1, 1)), "out-of-memory", /split the problem/);
});

test("a problem that WebAssembly cannot count, or that needs more memory than it may have, is refused before it is computed", async () => {
  const large = { data: new Float32Array(1), shape: [2 ** 16, 2 ** 15], stride: [0, 0] };
  const one = array(Float32Array.of(1), 1, 1);
  await throwsHelixError(
    () => convolve(large, one, { backend: "wasm" }),
    "out-of-memory",
    /on wasm can count 2147483647 numbers along a helix; this problem's has 2147483648; use backend "js", or split/,
  );
  await throwsHelixError(
    () => convolve(large, one, { maxMemory: 1000 }),
    "out-of-memory",
    /must fit into 1000 bytes.*raise maxMemory/,
  );
});

test("backends() lists every backend, says why one is missing, and wasm uses vector instructions here", async () => {
  const [webgpu, wasm, js] = await backends();
  assert.equal([webgpu?.name, wasm?.name, js?.name], ["webgpu", "wasm", "js"]);
  assert.ok(webgpu?.available || /adapter|driver|package|GPU/.test(webgpu?.detail ?? ""), webgpu?.detail);
  assert.ok(wasm?.available && wasm.simd && js?.available);
});

test.run();
