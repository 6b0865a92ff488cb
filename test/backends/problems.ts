// Problems in the primitive's own terms: a named table that every backend must pass, and a generator of random ones.
import type { Axis, Problem } from "../../src/problem/problem.js";
import type { Random } from "../random.js";

export const plain = (x: number, w: number): Axis => ({ x, w, u: 1, v: 1, lo: 0, step: 1, count: x + w - 1 });
const same = (x: number, w: number): Axis => ({ ...plain(x, w), lo: Math.floor((w - 1) / 2), count: x });
const valid = (x: number, w: number): Axis => ({ ...plain(x, w), lo: Math.min(x, w) - 1, count: Math.abs(x - w) + 1 });

interface Case {
  name: string;
  axes: Axis[];
  roles?: Partial<Pick<Problem, "batch" | "groups" | "cin" | "cout">>;
  conj?: Problem["conj"];
}

/** Each is run as real and as complex, in float32 and in float64. */
export const cases: readonly Case[] = [
  { name: "one number times one number", axes: [plain(1, 1)] },
  { name: "a row, full", axes: [plain(50, 7)] },
  { name: "a row that crosses from real parts to imaginary parts", axes: [plain(777, 78)] },
  { name: "a kernel larger than its signal, same", axes: [same(5, 12)] },
  { name: "an image, same, odd kernel", axes: [same(19, 5), same(23, 3)] },
  { name: "an image, same, even kernel", axes: [same(19, 4), same(23, 6)] },
  { name: "an image, valid, no gap", axes: [valid(19, 5), valid(23, 3)] },
  { name: "a volume, valid, kernel dominates", axes: [valid(3, 9), valid(2, 5), valid(4, 11)] },
  { name: "four dimensions, same", axes: [same(7, 4), same(6, 4), same(9, 4), same(10, 4)] },
  {
    name: "six dimensions, full",
    axes: [plain(3, 2), plain(2, 2), plain(3, 2), plain(2, 3), plain(3, 1), plain(4, 2)],
  },
  { name: "size-1 axes everywhere", axes: [plain(1, 1), same(9, 3), plain(1, 1), plain(1, 4)] },
  {
    name: "dilation of the kernel",
    axes: [
      { ...plain(20, 4), v: 3, lo: 2, count: 22 },
      { ...plain(15, 3), v: 2, count: 19 },
    ],
  },
  {
    name: "dilation of the signal",
    axes: [
      { ...plain(8, 5), u: 3, lo: 1, count: 20 },
      { ...plain(6, 4), u: 2, count: 14 },
    ],
  },
  {
    name: "both dilated, with a step",
    axes: [
      { x: 9, w: 5, u: 2, v: 3, lo: 1, step: 2, count: 13 },
      { x: 7, w: 4, u: 3, v: 2, lo: -3, step: 4, count: 8 },
    ],
  },
  {
    name: "a step over contiguous rows",
    axes: [
      { ...plain(30, 5), lo: 4, step: 2, count: 13 },
      { ...plain(31, 3), lo: 2, step: 3, count: 10 },
    ],
  },
  { name: "a window wider than the full range", axes: [{ ...plain(6, 3), lo: -4, count: 20 }, same(8, 3)] },
  {
    name: "a window of one output",
    axes: [
      { ...plain(40, 9), lo: 20, count: 1 },
      { ...plain(30, 5), lo: 33, count: 1 },
    ],
  },
  { name: "nothing meets: all zeros", axes: [{ ...plain(5, 3), lo: 50, count: 4 }] },
  {
    name: "outputs between the samples of both dilations",
    axes: [{ x: 4, w: 3, u: 2, v: 2, lo: 1, step: 2, count: 5 }],
  },
  { name: "input channels", axes: [same(9, 3), same(8, 3)], roles: { cin: 5 } },
  {
    name: "a layer: batch, groups and channels",
    axes: [valid(9, 3), valid(8, 2)],
    roles: { batch: 3, groups: 2, cin: 2, cout: 3 },
  },
  {
    name: "a layer with strides and dilations",
    axes: [
      { ...valid(17, 3), step: 2, count: 8 },
      { ...plain(16, 3), lo: 1, v: 2, step: 3, count: 6 },
    ],
    roles: { batch: 2, cin: 3, cout: 5 },
  },
  {
    name: "a transposed layer",
    axes: [
      { ...plain(7, 3), u: 2, lo: 1, count: 14 },
      { ...plain(6, 4), u: 3, lo: 1, count: 17 },
    ],
    roles: { groups: 2, cin: 3, cout: 2 },
  },
  {
    name: "few outputs of a long kernel, which falls into pieces",
    axes: [valid(403, 399)],
    roles: { batch: 2, cin: 3, cout: 3 },
  },
  {
    name: "the gradient of a weight",
    axes: [
      { x: 20, w: 20, u: 1, v: 1, lo: 18, step: 1, count: 3 },
      { x: 25, w: 11, u: 1, v: 2, lo: 19, step: 2, count: 3 },
    ],
    roles: { batch: 3, groups: 2, cin: 2, cout: 5 },
    conj: { x: true, w: false },
  },
  { name: "conjugated kernel", axes: [same(11, 4)], conj: { x: false, w: true } },
  { name: "conjugated signal", axes: [same(11, 4)], roles: { cin: 2 }, conj: { x: true, w: false } },
];

export function problemOf(
  { axes, roles, conj }: Case,
  precision: Problem["precision"],
  field: Problem["field"],
): Problem {
  return {
    precision,
    field,
    conj: conj ?? { x: false, w: false },
    batch: 1,
    groups: 1,
    cin: 1,
    cout: 1,
    ...roles,
    axes,
  };
}

/** A random problem with at most some thousand pairs per channel. */
export function randomProblem(random: Random): Problem {
  const rank = random.integer(1, 6);
  const largest = [0, 40, 12, 7, 5, 4, 3][rank] as number;
  // Some rows are long and their kernels short: those are cut into blocks.
  const isLong = rank === 1 && random.chance(0.5);
  const axes = Array.from({ length: rank }, (): Axis => {
    const x = isLong ? random.integer(100, 400) : random.integer(1, largest);
    const w = random.integer(1, isLong ? 12 : Math.ceil(largest / (random.chance(0.7) ? 2 : 1)));
    const [u, v] = [random.chance(0.2) ? random.integer(2, 3) : 1, random.chance(0.2) ? random.integer(2, 3) : 1];
    const extent = u * (x - 1) + v * (w - 1) + 1;
    const step = random.chance(0.2) ? random.integer(2, 4) : 1;
    const lo = random.chance(0.2) ? random.integer(-3, extent - 1) : random.integer(0, extent - 1);
    return { x, w, u, v, lo, step, count: random.integer(1, Math.ceil((extent - Math.min(lo, 0)) / step)) };
  });
  const many = random.chance(0.3);
  const role = () => (many ? random.integer(1, 3) : 1);
  return {
    precision: random.pick(["f32", "f64"]),
    field: random.pick(["real", "real", "complex"]),
    conj: { x: random.chance(0.2), w: random.chance(0.2) },
    batch: role(),
    groups: role(),
    cin: role(),
    cout: role(),
    axes,
  };
}
