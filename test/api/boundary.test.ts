// Signals that go on beyond their edges: convolve and correlate with `boundary` against brute force, on every backend.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BoundaryName, convolveSync, correlateSync, type NdArray, prepareSync } from "../../src/index.js";
import { indices, sourceOf } from "../layer.js";
import { errorOf } from "../oracle.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";
import { viewAround } from "../views.js";

const test = suite("boundary");

/** What the oracle calls them. */
const modeOf: Record<BoundaryName, string> = {
  zero: "zeros",
  constant: "constant",
  fill: "constant",
  reflect: "reflect",
  mirror: "reflect",
  symmetric: "symmetric",
  symm: "symmetric",
  edge: "replicate",
  nearest: "replicate",
  replicate: "replicate",
  wrap: "circular",
  circular: "circular",
  "grid-wrap": "circular",
  helical: "helical",
};
const names = Object.keys(modeOf) as BoundaryName[];

test("a row goes on as numpy.pad says", () => {
  const beyond = (boundary: BoundaryName, fillValue = 0) => {
    const row = { data: Float64Array.of(1, 2, 3, 4), shape: [4] };
    // A delta at the end of a kernel of seven taps shifts by three.
    const shift = (place: number) => ({
      data: Float64Array.from({ length: 7 }, (_, k) => Number(k === place)),
      shape: [7],
    });
    const at = (place: number) =>
      Array.from(convolveSync(row, shift(place), { mode: "same", boundary, fillValue, method: "direct" }).data);
    return [...at(6).slice(0, 3), ...at(3), ...at(0).slice(1)];
  };
  assert.equal(beyond("zero"), [0, 0, 0, 1, 2, 3, 4, 0, 0, 0]);
  assert.equal(beyond("constant", 9), [9, 9, 9, 1, 2, 3, 4, 9, 9, 9]);
  assert.equal(beyond("reflect"), [4, 3, 2, 1, 2, 3, 4, 3, 2, 1]);
  assert.equal(beyond("symmetric"), [3, 2, 1, 1, 2, 3, 4, 4, 3, 2]);
  assert.equal(beyond("edge"), [1, 1, 1, 1, 2, 3, 4, 4, 4, 4]);
  assert.equal(beyond("wrap"), [2, 3, 4, 1, 2, 3, 4, 1, 2, 3]);
});

test("helical is the one-dimensional convolution of the flat arrays", () => {
  const random = new Random(3);
  const [rows, columns] = [5, 7];
  const x = random.reals(rows * columns);
  const w = random.reals(9);
  const kernel = new Float64Array(2 * columns + 3);
  w.forEach((value, k) => {
    kernel[Math.floor(k / 3) * columns + (k % 3)] = value;
  });
  const flat = convolveSync({ data: x, shape: [x.length] }, { data: kernel, shape: [kernel.length] });
  const result = convolveSync(
    { data: x, shape: [rows, columns] },
    { data: w, shape: [3, 3] },
    { mode: "same", boundary: "helical" },
  );
  const expected = {
    out: flat.data.slice(columns + 1, columns + 1 + x.length) as Float64Array,
    magnitude: new Float64Array(x.length).fill(1),
  };
  assert.ok(errorOf(result.data, expected) < 1e-14);
});

test("every boundary agrees with brute force in random problems, beyond several widths, in every mode, by every backend", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    const boundary = random.pick(names);
    const operation = random.pick(["convolve", "correlate"] as const);
    const mode = boundary === "helical" ? "same" : random.pick(["full", "same", "valid"] as const);
    const rank = random.integer(1, 4);
    const type = random.pick(["float64", "complex128", "int16"] as const);
    const parts = type === "complex128" ? 2 : 1;
    const size = Array.from({ length: rank }, () => random.integer(1, rank < 3 ? 6 : 4));
    // In mode valid, one array is the larger along every axis.
    const taps = size.map((m) => (mode === "valid" ? m + random.integer(0, 3) : random.integer(1, 9 - 2 * rank)));
    const fillValue = random.integer(-3, 3);
    const numbers = (shape: number[]) => {
      const reals = random.reals(shape.reduce((n, m) => n * m, parts));
      return type === "int16" ? Int16Array.from(reals, (v) => 100 * v) : reals;
    };
    const [x, w] = [numbers(size), numbers(taps)];
    const lo = size.map(
      (m, d) => ({ full: 0, same: ((taps[d] as number) - 1) >> 1, valid: Math.min(m, taps[d] as number) - 1 })[mode],
    );
    const shape = size.map(
      (m, d) => ({ full: m + (taps[d] as number) - 1, same: m, valid: Math.abs(m - (taps[d] as number)) + 1 })[mode],
    );
    const count = shape.reduce((n, m) => n * m, 1);
    const expected = { out: new Float64Array(parts * count), magnitude: new Float64Array(count) };
    const sign = operation === "correlate" ? -1 : 1;
    indices(shape).forEach((t, k) => {
      indices(taps).forEach((j, tap) => {
        const i = t.map(
          (n, d) =>
            n +
            (lo[d] as number) -
            (operation === "convolve" ? (j[d] as number) : (taps[d] as number) - 1 - (j[d] as number)),
        );
        const source = sourceOf(i, size, modeOf[boundary]);
        const outside = modeOf[boundary] === "constant" ? fillValue : 0;
        const [a, b] = source === undefined ? [outside, 0] : [x[parts * source] as number, x[2 * source + 1] as number];
        const [c, d] = [w[parts * tap] as number, sign * (w[2 * tap + 1] as number)];
        add(expected.out, parts * k, a * c - (parts === 2 ? b * d : 0));
        if (parts === 2) add(expected.out, 2 * k + 1, a * d + b * c);
        add(expected.magnitude, k, parts === 2 ? Math.hypot(a, b) * Math.hypot(c, d) : Math.abs(a * c));
      });
    });
    const signal = viewAround(random, x, type, size);
    const kernel = viewAround(random, w, type, taps);
    for (const backend of ["js", "wasm"] as const)
      for (const method of ["auto", "direct"] as const) {
        const options = { mode, boundary, backend, method, ...(modeOf[boundary] === "constant" && { fillValue }) };
        const result = (operation === "convolve" ? convolveSync : correlateSync)(signal, kernel, options);
        assert.equal(result.shape, shape);
        const error = errorOf(result.data, expected);
        const bound = type === "int16" ? 0 : 1e-14;
        assert.ok(
          error <= bound,
          `seed ${seed}: ${operation} ${mode} ${boundary} ${type} (${size}) with (${taps}) on ${backend}: error ${error}`,
        );
      }
  }
});

test("only the convolved axes go on", () => {
  const x = { data: Float64Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] };
  const sums = convolveSync(x, { data: [1, 1, 1], shape: [3] }, { axes: 1, mode: "same", boundary: "wrap" });
  assert.equal(Array.from(sums.data), [6, 6, 6, 15, 15, 15]);
  const turns = convolveSync(x, { data: [1, 1, 1], shape: [3] }, { axes: 1, mode: "same", boundary: "helical" });
  assert.equal(Array.from(turns.data), [3, 6, 5, 9, 15, 11]);
});

test("prepared convolutions have boundaries too", () => {
  const random = new Random(5);
  const array = (...shape: number[]): NdArray => ({ data: random.reals(shape.reduce((n, m) => n * m, 1)), shape });
  const [x, w] = [array(7, 9), array(3, 4)];
  const options = { mode: "same", boundary: "reflect" } as const;
  const prepared = prepareSync("correlate", { signal: x }, w, options);
  assert.equal(prepared.runSync(x), correlateSync(x, w, options));
  prepared.dispose();
});

test("unknown names, and helical without same, are refused", async () => {
  const x = { data: [1, 2, 3], shape: [3] };
  await throwsHelixError(
    () => convolveSync(x, x, { boundary: "mirrored" as "mirror" }),
    "option",
    /boundary must be one of "zero", .*; got "mirrored"/,
  );
  await throwsHelixError(
    () => convolveSync(x, x, { boundary: "helical" }),
    "option",
    /boundary "helical" goes with mode "same".*got mode "full"/,
  );
  await throwsHelixError(
    () => convolveSync(x, x, { boundary: "fill", fillValue: "1" as unknown as number }),
    "option",
    /fillValue must be a number; got "1"/,
  );
});

test.run();

function add(sums: Float64Array, k: number, term: number): void {
  sums[k] = (sums[k] as number) + term;
}
