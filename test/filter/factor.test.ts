// Spectral factorisation: known factors, random ones, the two methods against each other, and what has no factor.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { apply, applyAdjoint, divide, type HelixFilter, kolmogoroff, wilsonBurg } from "../../src/filter/index.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";
import { difference, randomData } from "./random.js";

const test = suite("spectral factorisation");

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

test("(1334, 867, 242, 24) is factored into (24, 26, 9, 1) in six iterations, to 1e-9", () => {
  const S = { data: [24, 242, 867, 1334, 867, 242, 24], shape: [7] };
  const { filter, iterations, converged, residual } = wilsonBurg(S, [[1], [2], [3]], { tolerance: 1e-8 });
  assert.ok(converged && iterations <= 6, `${iterations} iterations`);
  assert.ok(residual < 1e-9, `residual ${residual}`);
  const factor = [1, ...filter.coefficients].map((a) => filter.a0 * a);
  [24, 26, 9, 1].forEach((a, j) => {
    near(factor[j] as number, a, 1e-9 * 24);
  });
});

const laplacian = { data: [0, -1, 0, -1, 4, -1, 0, -1, 0], shape: [3, 3] };
/** All lags up to a turn, so that the factor on the helix is whole. */
const wholeTurn = (width: number) => [...Array.from({ length: width - 1 }, (_, k) => [0, k + 1]), [1, 0]];

test("the helix derivative has the coefficients that Claerbout found, and its autocorrelation is the Laplacian", () => {
  const width = 100;
  const { filter, residual } = wilsonBurg(laplacian, wholeTurn(width), { shape: [50, width] });
  const a = filter.coefficients.map((c) => filter.a0 * c);
  near(filter.a0, 1.791, 3e-3);
  [-0.651, -0.044, -0.024].forEach((c, k) => {
    near(a[k] as number, c, 3e-3);
  });
  [-0.044, -0.087, -0.2, -0.558].forEach((c, k) => {
    near(a[width - 4 + k] as number, c, 3e-3);
  });
  assert.ok(residual < 1e-6, `residual ${residual}`);
  // As operators, on a spike.
  const spike = { data: new Float64Array(30 * width), shape: [30, width] };
  spike.data[15 * width + 50] = 1;
  const { data } = applyAdjoint(filter, apply(filter, spike));
  for (const [dy, dx, value] of [
    [0, 0, 4],
    [0, 1, -1],
    [0, -1, -1],
    [1, 0, -1],
    [-1, 0, -1],
    [1, 1, 0],
    [0, 2, 0],
  ] as const)
    near(data[(15 + dy) * width + 50 + dx] as number, value, 1e-6);
});

/** The autocorrelation of a filter on its offsets, a two-sided array. */
function autocorrelationOf({ a0, offsets, coefficients, imaginary }: HelixFilter, half: number[]) {
  const shape = half.map((h) => 2 * h + 1);
  const size = shape.reduce((n, m) => n * m, 1);
  const data = new Float64Array(2 * size);
  const taps = [
    { offset: half.map(() => 0), re: a0, im: 0 },
    ...offsets.map((offset, j) => ({ offset, re: a0 * (coefficients[j] as number), im: a0 * (imaginary?.[j] ?? 0) })),
  ];
  for (const p of taps)
    for (const q of taps) {
      let at = 0;
      shape.forEach((n, d) => {
        at = at * n + (half[d] as number) + (p.offset[d] as number) - (q.offset[d] as number);
      });
      data[2 * at] = (data[2 * at] as number) + p.re * q.re + p.im * q.im;
      data[2 * at + 1] = (data[2 * at + 1] as number) + p.im * q.re - p.re * q.im;
    }
  if (imaginary) return { data, shape, dtype: "complex128" };
  return { data: Float64Array.from({ length: size }, (_, i) => data[2 * i] as number), shape };
}

test("random filters of minimum phase, of rank 1 to 4, real and complex, come back from their autocorrelation by both methods", () => {
  const random = new Random(90);
  for (let k = 0; k < 100; k++) {
    const rank = random.integer(1, 4);
    const offsets: number[][] = [];
    for (let count = random.integer(1, rank === 1 ? 2 : 6); offsets.length < count; ) {
      const offset = Array.from({ length: rank }, () => random.integer(-2, 2));
      const first = offset.find((o) => o !== 0);
      const isNew = !offsets.some((known) => known.every((o, d) => o === offset[d]));
      if (first !== undefined && first > 0 && isNew) offsets.push(offset);
    }
    const numbers = () => offsets.map(() => (1.6 * random.next() - 0.8) / offsets.length / 1.5);
    const filter: HelixFilter = {
      a0: 1 + random.next(),
      offsets,
      coefficients: numbers(),
      ...(k % 2 && { imaginary: numbers() }),
    };
    const S = autocorrelationOf(
      filter,
      offsets.reduce(
        (half, offset) => half.map((h, d) => Math.max(h, 2 * Math.abs(offset[d] as number))),
        new Array<number>(rank).fill(4),
      ),
    );
    for (const { filter: found, residual } of [wilsonBurg(S, offsets), kolmogoroff(S, offsets)]) {
      assert.ok(residual < 1e-9, `residual ${residual} of ${JSON.stringify(filter)}`);
      near(found.a0, filter.a0, 1e-8);
      const flat = (f: HelixFilter) => ({ data: [...f.coefficients, ...(f.imaginary ?? [])] });
      assert.ok(difference(flat(found), flat(filter)) < 1e-8, JSON.stringify({ filter, found }));
    }
  }
});

test("the two methods agree on a long filter, and dividing by it undoes it", () => {
  const S = { data: laplacian.data.map((value) => (value === 4 ? 4.1 : value)), shape: [3, 3] };
  const [burg, kol] = [
    wilsonBurg(S, wholeTurn(40), { shape: [40, 40] }),
    kolmogoroff(S, wholeTurn(40), { shape: [40, 40] }),
  ];
  assert.ok(burg.converged && burg.residual < 1e-9 && kol.residual < 1e-9, `${burg.residual} ${kol.residual}`);
  assert.ok(difference({ data: burg.filter.coefficients }, { data: kol.filter.coefficients }) < 1e-8);
  const x = randomData(new Random(91), [40, 40], "float64");
  assert.ok(difference(divide(burg.filter, apply(burg.filter, x)), x) < 1e-10);
});

test("offsets that cannot hold the factor leave a residual that says so", () => {
  const few = wilsonBurg(laplacian, [
    [0, 1],
    [1, 0],
  ]);
  const more = wilsonBurg(laplacian, [
    [0, 1],
    [0, 2],
    [1, -2],
    [1, -1],
    [1, 0],
  ]);
  assert.ok(few.residual > 0.02 && more.residual < few.residual / 2, `${few.residual} ${more.residual}`);
});

test("a tolerance that is never met is no error: the result says so", () => {
  const { converged, iterations, step, residual } = wilsonBurg(laplacian, wholeTurn(20), {
    shape: [20, 20],
    maxIterations: 8,
    tolerance: 1e-15,
  });
  assert.not(converged);
  assert.is(iterations, 8);
  assert.ok(step > 1e-15 && residual < 1e-3);
});

test("what is no autocorrelation, or not positive definite, is refused by both methods", async () => {
  const wrong = (data: number[], shape: number[], offsets: number[][], code: "shape" | "option", message: RegExp) =>
    Promise.all(
      [wilsonBurg, kolmogoroff].map((factor) =>
        throwsHelixError(() => factor({ data, shape }, offsets), code, message),
      ),
    );
  await wrong([1, 2, 1, 0], [4], [[1]], "shape", /every axis must be odd; its shape is \(4\)/);
  await wrong([1, 2, 1], [3], [[1, 0]], "shape", /offsets must be arrays of 1 whole numbers/);
  await wrong([1, 2, 1], [3], [[-1]], "shape", /every lag must be positive.*offset \(-1\) has lag -1/);
  await wrong([1, 3, 0.5], [3], [[1]], "option", /must be the conjugate of itself reversed/);
  await wrong([0.1, -1, 0.1], [3], [[1]], "option", /positive definite.*its centre is -1/);
  await wrong([1, 1, 1], [3], [[1]], "option", /positive definite/);
  await wrong([0.9, 0, 1, 0, 0.9], [5], [[1], [2]], "option", /positive definite/);
  await throwsHelixError(
    () => kolmogoroff(laplacian, wholeTurn(20), { shape: [20, 20] }),
    "option",
    /its spectrum is .* somewhere/,
  );
  await throwsHelixError(
    () => kolmogoroff({ data: [1], shape: [1] }, [[1]], { length: 100 }),
    "option",
    /power of two/,
  );
  await throwsHelixError(
    () => wilsonBurg({ data: [1], shape: [1] }, [[1]], { tolerance: 0 }),
    "option",
    /tolerance must be/,
  );
  await throwsHelixError(
    () => wilsonBurg({ data: [1], shape: [1] }, [[1]], { shape: [2, 2] }),
    "shape",
    /helix's shape/,
  );
});

test.run();
