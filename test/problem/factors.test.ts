// The test for separable kernels: what is one is found, what is not is not, and what passes is near enough.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { rotatedGaussian } from "../../demo/gaussian.js";
import { type NdArray, type View, viewOf } from "../../src/ndarray.js";
import { factorise } from "../../src/problem/factors.js";
import type { Operand, Problem } from "../../src/problem/problem.js";
import { outerProduct, randomProduct } from "../products.js";
import { Random } from "../random.js";

const test = suite("factors");
const random = new Random(21);
const shapes = [
  [5, 4],
  [1, 6, 3],
  [3, 4, 5],
  [2, 3, 2, 4],
  [3, 1, 2, 2, 3],
  [2, 3, 2, 2, 1, 3],
];

const operandOf = (view: View): Operand => ({
  view,
  batch: [view.offset],
  group: [0],
  channel: [0],
  stride: view.stride,
});

function factorsOf(array: NdArray, precision: Problem["precision"]): Operand[] | undefined {
  const taps = array.shape.map((size, axis) => ({ axis, start: 0, size }));
  return factorise(operandOf(viewOf(array, "kernel")), taps, precision);
}

/** The product of factors, in float64. */
const productOf = (factors: readonly Operand[], parts: 1 | 2 = 1): Float64Array =>
  outerProduct(
    factors.map(({ view }) => Array.from(view.data)),
    parts,
  );

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, label: string): void {
  const largest = Math.max(...Array.from(expected, Math.abs));
  for (let k = 0; k < expected.length; k++)
    assert.ok(
      Math.abs((actual[k] as number) - (expected[k] as number)) <= tolerance * largest,
      `${label}: ${actual[k]} is not ${expected[k]}`,
    );
}

test("outer products are found, whatever their rank, and their factors multiply to them", () => {
  for (const shape of shapes)
    for (let round = 0; round < 20; round++) {
      const w = randomProduct(random, shape);
      const single = factorsOf({ data: Float32Array.from(w), shape }, "f32");
      const double = factorsOf({ data: w, shape }, "f64");
      if (!single || !double) return assert.unreachable(`(${shape}) was not found`);
      assertNear(productOf(single), w, 1e-6, `float32 (${shape})`);
      assertNear(productOf(double), w, 2e-15, `float64 (${shape})`);
    }
});

test("so are complex ones, and those rounded after each factor", () => {
  for (const shape of shapes) {
    const w = randomProduct(random, shape, 2);
    const found = factorsOf({ data: Float32Array.from(w), dtype: "complex64", shape }, "f32");
    if (!found) return assert.unreachable(`complex (${shape}) was not found`);
    assert.is(found[0]?.view.dtype, "complex64");
    assertNear(productOf(found, 2), w, 1e-6, `complex (${shape})`);
    const vectors = shape.map((n) => Array.from(random.reals(n), Math.fround));
    const chained = vectors.reduce((product, vector) =>
      product.flatMap((p) => vector.map((value) => Math.fround(p * value))),
    );
    assert.ok(factorsOf({ data: Float32Array.from(chained), shape }, "f32"), `rounded (${shape}) was not found`);
  }
});

test("transposed, reversed and strided views are the same to it", () => {
  const w = Float32Array.from(randomProduct(random, [4, 3, 5]));
  const views = [
    { data: w, shape: [5, 4, 3], stride: [1, 15, 5] },
    { data: w, shape: [4, 3, 5], stride: [-15, 5, -1], offset: 49 },
    { data: w, shape: [2, 3, 2], stride: [30, 5, 3], offset: 1 },
  ];
  for (const view of views) assert.ok(factorsOf(view, "f32"), JSON.stringify(view.stride));
});

test("zeros, signs and extreme scales are no obstacle", () => {
  const sobel = outerProduct(
    [
      [1, 2, 1],
      [-1, 0, 1],
    ],
    1,
  );
  const found = factorsOf({ data: sobel, shape: [3, 3] }, "f64");
  assert.equal(productOf(found ?? []), sobel);
  const sparse = outerProduct(
    [
      [0, 0, -3, 0],
      [0, 5, 0],
      [0, 0, 0, 0, 7],
    ],
    1,
  );
  assert.equal(productOf(factorsOf({ data: sparse, shape: [4, 3, 5] }, "f64") ?? []), sparse);
  assert.equal(productOf(factorsOf({ data: new Float64Array(6), shape: [2, 3] }, "f64") ?? []), new Float64Array(6));
  for (const scale of [1e-200, 1e200]) {
    const w = randomProduct(random, [3, 4, 2]).map((value) => value * scale);
    assertNear(productOf(factorsOf({ data: w, shape: [3, 4, 2] }, "f64") ?? []), w, 2e-15, String(scale));
  }
});

test("no factor but the last is larger than 1, nor needlessly small", () => {
  const w = outerProduct(
    [
      [1e-20, 2e-20],
      [3e-10, 1e-10],
      [4, 2],
    ],
    1,
  );
  const largest = factorsOf({ data: Float32Array.from(w), shape: [2, 2, 2] }, "f32")?.map(({ view }) =>
    Math.max(...Array.from(view.data, Math.abs)),
  );
  assert.equal(largest?.slice(0, 2), [1, 1]);
  assertNear(largest ?? [], [1, 1, 2.4e-29], 1e-6, "last");
});

test("one element that is off is enough, whichever it is", () => {
  for (const [precision, off] of [
    ["f32", 1e-5],
    ["f64", 1e-13],
  ] as const)
    for (const shape of shapes.filter((lengths) => lengths.filter((n) => n > 1).length > 1)) {
      // Between 1/2 and 1, so that none is lost beside another.
      const w = outerProduct(
        shape.map((n) => Array.from(random.reals(n), (value) => (Math.abs(value) / 2 + 0.5) * Math.sign(value))),
        1,
      );
      for (let k = 0; k < w.length; k++) {
        const spoilt = w.slice();
        spoilt[k] = (w[k] as number) * (1 + off * w.length);
        const data = precision === "f32" ? Float32Array.from(spoilt) : spoilt;
        assert.is(factorsOf({ data, shape }, precision), undefined, `${precision} (${shape}), element ${k}`);
      }
    }
});

test("what is not one is not taken for one", () => {
  const turned = rotatedGaussian([9, 9], [1, 3], [{ plane: [0, 1], degrees: 30 }]);
  assert.is(factorsOf(turned, "f32"), undefined);
  for (const shape of [
    [3, 3],
    [2, 3, 4],
    [3, 3, 3, 3],
  ]) {
    const size = shape.reduce((n, m) => n * m, 1);
    assert.is(factorsOf({ data: random.reals(size), shape }, "f64"), undefined, "random numbers");
    const [a, b] = [randomProduct(random, shape), randomProduct(random, shape)];
    assert.is(factorsOf({ data: a.map((value, k) => value + (b[k] as number)), shape }, "f64"), undefined, "a sum");
  }
  // An outer product of a matrix and a vector only.
  const matrix = random.reals(9);
  const w = Float64Array.from({ length: 27 }, (_, k) => (matrix[Math.floor(k / 3)] as number) * ((k % 3) + 1));
  assert.is(factorsOf({ data: w, shape: [3, 3, 3] }, "f64"), undefined);
  // float32 rounds it: in float64 it is an outer product no more.
  assert.is(factorsOf({ data: Float32Array.from(randomProduct(random, [7, 7])), shape: [7, 7] }, "f64"), undefined);
});

test("a kernel that is not finite is none", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    for (let k = 0; k < 12; k++) {
      const w = new Float64Array(12).fill(1);
      w[k] = value;
      assert.is(factorsOf({ data: w, shape: [3, 4] }, "f64"), undefined, `${value} at ${k}`);
    }
});

test("each group has its own factors, and only the taps that count are looked at", () => {
  const [a, b] = [randomProduct(random, [3, 4]), randomProduct(random, [3, 4])];
  const view = viewOf({ data: Float64Array.from([...a, ...b]), shape: [2, 3, 4] }, "kernel");
  const kernel = { view, batch: [0], group: [0, 12], channel: [0], stride: [4, 1] };
  const taps = [
    { axis: 1, start: 1, size: 2 },
    { axis: 0, start: 0, size: 3 },
  ];
  const check = (found: Operand[] | undefined) => {
    if (!found) return assert.unreachable("not found");
    const [across, along] = found as [Operand, Operand];
    [a, b].forEach((w, g) => {
      const at = (factor: Operand, axis: number, k: number) =>
        factor.view.data[
          (factor.batch[0] as number) + (factor.group[g] as number) + k * (factor.stride[axis] as number)
        ];
      for (let i = 0; i < 3; i++)
        for (let j = 1; j < 3; j++) {
          const product = (at(along, 0, i) as number) * (at(across, 1, j) as number);
          assert.ok(Math.abs(product - (w[4 * i + j] as number)) < 1e-15);
        }
    });
  };
  check(factorise(kernel, taps, "f64"));
  (view.data as Float64Array)[3] = 100;
  check(factorise(kernel, taps, "f64"));
  (view.data as Float64Array)[13] = 100;
  assert.is(factorise(kernel, taps, "f64"), undefined);
});

test("what passes changes no convolution by more than accuracy allows", () => {
  let accepted = 0;
  for (let round = 0; round < 3000; round++) {
    const shape = random.pick(shapes);
    const w = randomProduct(random, shape);
    const noise = 10 ** -(5 + 4 * random.next());
    const everywhere = random.chance(0.5);
    const spoilt = Float32Array.from(w, (value) =>
      everywhere || random.chance(0.1) ? value * (1 + noise * (2 * random.next() - 1)) : value,
    );
    const found = factorsOf({ data: spoilt, shape }, "f32");
    if (!found) continue;
    accepted++;
    // With a signal of one sample, the result is the kernel.
    const product = productOf(found);
    const norm = (values: ArrayLike<number>) =>
      Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0));
    const error = norm(product.map((value, k) => value - (spoilt[k] as number))) / norm(spoilt);
    assert.ok(error < 4e-7, `(${shape}), noise ${noise}: error ${error}`);
  }
  assert.ok(accepted > 200 && accepted < 2800, `${accepted} of 3000 accepted`);
});

test.run();
