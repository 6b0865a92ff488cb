// The tables of a filter, as assembly/recursion.ts reads them, on strips of reals.
//
// A complex strip is one of reals, real and imaginary parts alternating: a tap a at lag l is a tap re(a) at lag 2l, -im(a) at lag 2l - 1, which even
// places meet, and im(a) at lag 2l + 1, which odd places meet. Read backwards these are the conjugate's, so that an adjoint has no tables of its own.
import type { FilterPlan } from "../../plan/filter.js";
import type { Instance } from "./instance.js";

/** What even and odd places of a strip are weighted by, by lag in reals. */
type Weights = Map<number, readonly [even: number, odd: number]>;

/** Addresses of the first entry and behind the last. */
export interface Table {
  first: number;
  end: number;
}

/** How many reals back a filter reaches; taps that reach beyond a strip's beginning meet nothing. */
export const reachOf = (plan: FilterPlan): number => Math.max(0, ...weightsOf(plan).keys());

export function writeApplied(instance: Instance, plan: FilterPlan): Table {
  const { a0 } = plan;
  return writeTaps(instance, [[0, [a0, a0]], ...scaled(weightsOf(plan), a0)]);
}

export interface Divided {
  taps: Table;
  columns: Table;
  /** Reals of a block. */
  block: number;
}

export function writeDivided(instance: Instance, plan: FilterPlan): Divided {
  const tile = instance.exports.TILE.value;
  const weights = weightsOf(plan);
  const far = [...weights].filter(([lag]) => lag >= 2 * tile);
  const near: Weights = new Map([...weights].filter(([lag]) => lag < 2 * tile));
  const shortest = far.reduce((least, [lag]) => Math.min(least, lag), LONGEST * tile);
  const isPlain = near.size === 0 && plan.a0 === 1;
  return {
    taps: writeTaps(instance, scaled(new Map(far), -plan.a0)),
    columns: isPlain
      ? { first: 0, end: 0 }
      : writeColumns(instance, columnsOf(near, plan.a0, instance.exports.GROUP.value)),
    block: Math.floor(shortest / tile) * tile,
  };
}

/** Tiles of a block, so that it stays in the L1 cache. */
const LONGEST = 85;

function weightsOf({ field, taps, length }: FilterPlan): Weights {
  const weights: Weights = new Map();
  const put = (lag: number, even: number, odd: number) => {
    const [e, o] = weights.get(lag) ?? [0, 0];
    if (even !== 0 || odd !== 0) weights.set(lag, [e + even, o + odd]);
  };
  const parts = field === "complex" ? 2 : 1;
  for (const { lag, re, im } of taps.filter((tap) => tap.lag < length)) {
    put(parts * lag, re, re);
    if (parts === 1) continue;
    put(2 * lag - 1, -im, 0);
    put(2 * lag + 1, 0, im);
  }
  return weights;
}

const scaled = (weights: Weights, s: number): [number, readonly [number, number]][] =>
  [...weights].map(([lag, [even, odd]]) => [lag, [s * even, s * odd]]);

function writeTaps(instance: Instance, taps: readonly [number, readonly [number, number]][]): Table {
  const { real, exports } = instance;
  const bytes = exports.FAR.value;
  const first = instance.allocate(bytes * taps.length);
  taps.forEach(([lag, pair], k) => {
    const tap = first + k * bytes;
    instance.words(tap, 1)[0] = lag * real;
    instance.reals(tap + exports.WEIGHTS.value, 16 / real).forEach((_, i, vector) => {
      vector[i] = pair[i % 2] as number;
    });
  });
  return { first, end: first + bytes * taps.length };
}

/** What a group's outputs take from the number `at` places behind the group's first: H's columns from 0 on, and G's before. */
interface Column {
  at: number;
  weights: readonly number[];
}

/**
 * With T the triangle that near taps make within a group, T[i,k] = a_(i-k), and N[i,m] = a_(i+m) what they reach before it,
 *
 *   T y = r / a0 - N (what stands before),   H = T⁻¹ / a0,   G = -T⁻¹ N
 */
function columnsOf(near: Weights, a0: number, group: number): Column[] {
  const weight = (i: number, lag: number): number => near.get(lag)?.[i % 2] ?? 0;
  const solve = (right: (i: number) => number): number[] => {
    const y: number[] = [];
    for (let i = 0; i < group; i++) y.push(y.reduce((sum, known, k) => sum - weight(i, i - k) * known, right(i)));
    return y;
  };
  const columns: Column[] = [];
  for (let k = 0; k < group; k++) columns.push({ at: k, weights: solve((i) => (i === k ? 1 / a0 : 0)) });
  // What was computed last comes last, as it is waited for.
  for (let m = Math.max(0, ...near.keys()); m > 0; m--)
    columns.push({ at: -m, weights: solve((i) => -weight(i, i + m)) });
  return columns.filter(({ weights }) => weights.some((value) => value !== 0));
}

function writeColumns(instance: Instance, columns: readonly Column[]): Table {
  const { real, exports } = instance;
  const bytes = exports.COLUMN.value;
  // They are read in pairs; one that weights nothing may complete the first.
  const even =
    columns.length % 2 === 0 ? columns : [{ at: 0, weights: columns[0]?.weights.map(() => 0) ?? [] }, ...columns];
  const first = instance.allocate(bytes * even.length);
  even.forEach(({ at, weights }, k) => {
    instance.words(first + k * bytes, 1)[0] = at * real;
    instance.reals(first + k * bytes + exports.WEIGHTS.value, weights.length).set(weights);
  });
  return { first, end: first + bytes * even.length };
}
