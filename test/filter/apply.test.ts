// Filters applied and divided: the definition, adjoints, inverses, on both backends, and what is refused.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createJs } from "../../src/backends/js/index.js";
import { createWasm } from "../../src/backends/wasm/index.js";
import {
  apply,
  applyAdjoint,
  divide,
  divideAdjoint,
  type HelixFilter,
  outputMask,
  readFilter,
} from "../../src/filter/index.js";
import { allocate, type NdArray, rowMajor, viewOf } from "../../src/ndarray.js";
import type { FilterPlan } from "../../src/plan/filter.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";
import { difference, inner, norm, randomData, randomProblem } from "./random.js";

const test = suite("filters on a helix");
const backends = ["js", "wasm"] as const;

/** y[t] = a0 (x[t] + Σ a_j x[t - lag_j]), term by term, on complex numbers. */
function byDefinition({ a0, offsets, coefficients, imaginary }: HelixFilter, x: NdArray, batch: number): number[] {
  const axes = x.shape.slice(batch);
  const stride = rowMajor(axes);
  const length = axes.reduce((n, m) => n * m, 1);
  const y: number[] = [];
  const parts = x.dtype?.startsWith("complex") ? 2 : 1;
  for (let i = 0; i < x.data.length / parts; i++) {
    const sum = [0, 0];
    const add = (re: number, im: number, k: number) => {
      const [p, q] = [x.data[parts * k] as number, parts === 2 ? (x.data[2 * k + 1] as number) : 0];
      sum[0] = (sum[0] as number) + a0 * (re * p - im * q);
      sum[1] = (sum[1] as number) + a0 * (re * q + im * p);
    };
    add(1, 0, i);
    offsets.forEach((offset, j) => {
      const lag = offset.reduce((total, o, d) => total + o * (stride[d] as number), 0);
      if ((i % length) - lag >= 0) add(coefficients[j] as number, imaginary?.[j] ?? 0, i - lag);
    });
    y.push(...sum.slice(0, parts));
  }
  return y;
}

test("apply is its definition, for real and complex filters of rank 1 to 6, with batches, in float64 and float32", () => {
  const random = new Random(80);
  for (let k = 0; k < 300; k++) {
    const complex = random.chance(0.4);
    const { filter, shape, batch } = randomProblem(random, false, complex);
    const x = randomData(random, shape, complex || random.chance(0.3) ? "complex128" : "float64");
    const expected = byDefinition(filter, x, batch);
    for (const backend of backends) {
      const y = apply(filter, x, { backend });
      assert.equal(y.shape, shape);
      assert.ok(difference(y, { data: expected }) < 1e-14, `${backend} ${JSON.stringify({ filter, shape })}`);
      const single = apply(
        filter,
        { ...x, data: Float32Array.from(x.data), dtype: x.dtype === "float64" ? "float32" : "complex64" },
        { backend },
      );
      assert.instance(single.data, Float32Array);
      assert.ok(difference(single, { data: expected }) < 1e-6);
    }
  }
});

test("2,000 random filters pass the dot test with their adjoints, and division undoes them, to 1e-12 and 1e-10", () => {
  const random = new Random(81);
  for (let k = 0; k < 2000; k++) {
    const complex = random.chance(0.3);
    const { filter, shape } = randomProblem(random, true, complex);
    const dtype = complex || random.chance(0.2) ? "complex128" : "float64";
    const [x, y] = [randomData(random, shape, dtype), randomData(random, shape, dtype)];
    const backend = k % 10 === 0 ? "js" : "wasm";
    const says = JSON.stringify({ k, backend, filter, shape });
    const mask = random.chance(0.3) ? { mask: outputMask(filter, shape) } : {};
    for (const [forward, adjoint, options] of [
      [apply, applyAdjoint, { backend, ...mask }],
      [divide, divideAdjoint, { backend }],
    ] as const) {
      const [ax, ay] = [forward(filter, x, options), adjoint(filter, y, options)];
      const [left, right] = [inner(y, ax), inner(ay, x)];
      const scale = norm(y) * norm(ax) + norm(x) * norm(ay);
      assert.ok(Math.hypot(left[0] - right[0], left[1] - right[1]) <= 1e-12 * scale, `${forward.name} ${says}`);
    }
    assert.ok(difference(divide(filter, apply(filter, x, { backend }), { backend }), x) < 1e-10, says);
    assert.ok(difference(applyAdjoint(filter, divideAdjoint(filter, x, { backend }), { backend }), x) < 1e-10, says);
  }
});

/** Lags around everything that the tables of the wasm backend distinguish: groups, tiles and blocks. */
const lagLists = [
  [1],
  [1, 2, 3],
  [7],
  [8],
  [1, 9],
  [23, 24, 25],
  [47],
  [48],
  [49, 1],
  [95, 96, 97, 2],
  [2039, 2040, 2041],
  [3000, 1],
];

test("every build of wasm divides as js does, whatever the lags, lengths and numbers of strips", () => {
  const random = new Random(82);
  const js = createJs();
  for (const build of ["fma", "simd", "scalar"] as const) {
    const wasm = createWasm({ build });
    for (const lags of lagLists)
      for (const [field, complexTaps] of [
        ["real", false],
        ["complex", false],
        ["complex", true],
      ] as const)
        for (const precision of ["f32", "f64"] as const)
          for (const adjoint of [false, true])
            for (const kind of ["apply", "divide"] as const) {
              const [strips, length] = random.pick([
                [1, 5000],
                [3, 2500],
                [40, 101],
                [7, 1],
                [2, 49],
              ] as const);
              const weight = 0.8 / lags.length / (complexTaps ? 2 : 1);
              const taps = lags.map((lag) => ({
                lag,
                re: weight * (random.next() - 0.5),
                im: complexTaps ? weight * (random.next() - 0.5) : 0,
              }));
              const threads = random.pick([1, 2]);
              const plan: FilterPlan = {
                kind,
                adjoint,
                precision,
                field,
                strips,
                length,
                a0: random.pick([1, 2]),
                taps,
                threads,
              };
              const dtype = field === "real" ? "float64" : "complex128";
              const x = viewOf(randomData(random, [strips, length], dtype), "x");
              const [expected, y] = [
                allocate(x.shape, dtype, "y"),
                allocate(x.shape, precision === "f64" ? dtype : field === "real" ? "float32" : "complex64", "y"),
              ];
              js.filterSync?.(plan, x, expected);
              const peak = wasm.filterSync(plan, x, y);
              const bound = precision === "f64" ? 1e-14 : 1e-6;
              assert.ok(
                difference(y, expected) < bound,
                `${build} ${JSON.stringify(plan)}: ${difference(y, expected)}`,
              );
              const largest = Array.from(y.data).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
              if (kind === "divide") assert.is(peak, largest);
            }
    wasm.dispose();
  }
});

test("results are the same bits on any number of threads", () => {
  const random = new Random(83);
  const filter = { a0: 2, offsets: [[1], [2], [60]], coefficients: [0.5, -0.2, 0.1] };
  const x = randomData(random, [300, 4000], "float32");
  const one = divide(filter, x, { threads: 1 });
  for (let run = 0; run < 20; run++) assert.equal(divide(filter, x, { threads: 2 }).data, one.data);
});

test("views are filtered as they are seen, and integers as float64", () => {
  const filter = { a0: 1, offsets: [[0, 1]], coefficients: [-0.5] };
  const data = Int16Array.from({ length: 24 }, (_, i) => (i * 7) % 11);
  const view = { data, shape: [4, 3], stride: [1, 8], offset: 2 };
  const packed = Float64Array.from({ length: 12 }, (_, i) => data[2 + Math.floor(i / 3) + 8 * (i % 3)] as number);
  for (const backend of backends)
    for (const operator of [apply, applyAdjoint, divide, divideAdjoint]) {
      const y = operator(filter, view, { backend });
      assert.is(y.dtype, "float64");
      assert.equal(y.data, operator(filter, { data: packed, shape: [4, 3] }, { backend }).data);
    }
});

test("with a mask, outputs that touch what is missing or lies outside are 0, and the others see only what is known", () => {
  const filter = {
    a0: 1,
    offsets: [
      [0, 1],
      [1, -1],
    ],
    coefficients: [2, 3],
  };
  const data = Float64Array.from({ length: 20 }, (_, i) => i + 1);
  const known = Uint8Array.from({ length: 20 }, (_, i) => (i === 7 ? 0 : 1));
  data[7] = Number.NaN;
  const { data: mask } = outputMask(filter, [4, 5], { data: known, shape: [4, 5] });
  // Column 0 lacks a left neighbour, row 0 one above, column 4 one above on the right. 7 is (1, 2).
  const expected = [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0];
  // (2, 1) reads (1, 2) above on its right.
  expected[11] = 0;
  assert.equal([...mask], expected);
  for (const backend of backends) {
    const y = apply(filter, { data, shape: [4, 5] }, { mask: { data: mask, shape: [4, 5] }, backend });
    expected.forEach((flag, i) => {
      assert.is(y.data[i], flag ? (data[i] as number) + 2 * (data[i - 1] as number) + 3 * (data[i - 4] as number) : 0);
    });
  }
});

test("an infinity reaches the outputs that read it, and no others", () => {
  const random = new Random(84);
  for (const imaginary of [undefined, [0.5, 0.25]]) {
    const filter = { a0: 1, offsets: [[1], [30]], coefficients: [0.5, 0.25], ...(imaginary && { imaginary }) };
    const x = randomData(random, [200], imaginary ? "complex128" : "float64");
    x.data[imaginary ? 200 : 100] = Number.POSITIVE_INFINITY;
    for (const backend of backends) {
      const { data } = apply(filter, x, { backend });
      const found = Array.from({ length: 200 }, (_, t) => t).filter((t) =>
        imaginary ? !Number.isFinite((data[2 * t] as number) + (data[2 * t + 1] as number)) : !Number.isFinite(data[t]),
      );
      assert.equal(found, [100, 101, 130], backend);
    }
  }
});

test("a filter is JSON, written and read", () => {
  const filter = {
    a0: 2,
    offsets: [
      [0, 1],
      [1, -1],
    ],
    coefficients: [0.5, 0.25],
    imaginary: [0, 1],
  };
  assert.equal(readFilter(JSON.parse(JSON.stringify(filter))), filter);
});

test("a filter that is none is refused, and the message says why", async () => {
  const good = { a0: 1, offsets: [[1]], coefficients: [0.5] };
  for (const [wrong, message] of [
    [null, /it is an object; got null/],
    [{ ...good, a0: 0 }, /a0 is a finite number, not 0; got 0/],
    [{ ...good, offsets: [[1.5]] }, /offsets are arrays of whole numbers/],
    [{ ...good, offsets: [[1], [1, 2]] }, /offsets are arrays of whole numbers/],
    [{ ...good, coefficients: [1, 2] }, /coefficients are 1 finite numbers/],
    [{ ...good, coefficients: [Number.NaN] }, /coefficients are 1 finite numbers/],
    [{ ...good, imaginary: [] }, /imaginary are 1 finite numbers/],
  ] as const)
    await throwsHelixError(() => readFilter(wrong), "format", message);
});

test("lags that are not positive, ranks and masks that do not fit are refused", async () => {
  const x = { data: new Float32Array(12), shape: [3, 4] };
  const filter = (...offset: number[]) => ({ a0: 1, offsets: [offset], coefficients: [0.5] });
  for (const operator of [apply, applyAdjoint, divide, divideAdjoint]) {
    await throwsHelixError(() => operator(filter(0, 0), x), "shape", /offset \(0, 0\) has lag 0/);
    await throwsHelixError(() => operator(filter(1, -4), x), "shape", /offset \(1, -4\) has lag 0 on shape \(3, 4\)/);
    await throwsHelixError(() => operator(filter(0, 0, 1), x), "shape", /it has rank 3, the data \(3, 4\) rank 2/);
    await throwsHelixError(() => operator(filter(1), x, { threads: 0 }), "option", /threads must be/);
    await throwsHelixError(() => operator(filter(1), x, { backend: "webgpu" as "js" }), "option", /backend must be/);
    await throwsHelixError(() => operator(filter(1), x, { colour: 1 } as object), "option", /got "colour"/);
  }
  await throwsHelixError(() => apply(filter(1), x, { mask: { data: [1, 1], shape: [2] } }), "shape", /mask must have/);
  assert.equal(apply(filter(1, -3), x).shape, [3, 4]);
});

test("a division that blows up is reported, and data that is not finite is refused", async () => {
  const growing = { a0: 1, offsets: [[1]], coefficients: [-2] };
  for (const backend of backends)
    for (const operator of [divide, divideAdjoint]) {
      const ones = (length: number) => ({ data: new Float64Array(length).fill(1), shape: [length] });
      for (const length of [200, 5000])
        await throwsHelixError(() => operator(growing, ones(length), { backend }), "option", /minimum phase.*blew up/);
      // Growth alone is none: this has its digits.
      assert.is(divide(growing, ones(20), { backend }).data[19], 2 ** 20 - 1);
      const integrated = divide({ a0: 1, offsets: [[1]], coefficients: [-1] }, ones(1000), { backend });
      assert.is(integrated.data[999], 1000);
      await throwsHelixError(
        () => operator(growing, { data: [1, Number.NaN, 1], shape: [3] }, { backend }),
        "option",
        /data to be divided must be finite/,
      );
    }
});

test.run();
