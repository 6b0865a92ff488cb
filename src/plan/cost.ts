// What a plan costs: operations, memory traffic and memory, counted. How long that takes depends on a machine and is dispatch's question.
import type { Problem } from "../problem/problem.js";
import { kernelSize, outSize, signalSize } from "../problem/problem.js";
import type { Geometry } from "./geometry.js";
import { type Length, transformFlops } from "./lengths.js";
import type { AxisPlan, Hold, Odd, Plan, Spectral } from "./plan.js";
import { type AxisPhase, axisPhases, planesOf, segmentLength } from "./tiles.js";
import { meetings } from "./trim.js";

type Demand = Pick<Plan, "bytes" | "threadBytes" | "cost">;

/** Bytes of a first-level cache, and of a second-level one. */
const LEVEL_1 = 2 ** 15;
const LEVEL_2 = 2 ** 20;

/** Bytes of a spectrum that lie together, those of the other slabs behind it; fewer, as few as transforms allow, where all would not fit the first-level cache. */
export const chunkOf = (spectrum: number, odd: Odd, slabs: number): number =>
  Math.min(512 * slabs > LEVEL_1 ? 128 : 512, spectrum / odd);

/** Into how many segments a strip falls: each at least 2^15 numbers long, and as long as the lags reach, or all of it. */
export const segmentsOf = (span: number, reach: number): number => Math.ceil(span / Math.max(2 ** 15, reach));

/** So many blocks are multiplied together at most, and none that take more than twice the kernel's memory: more would save little. */
const TOGETHER = 16;

/** Bytes by which a task is described to threads, and of a tap. */
const TASK = 256;
const TAP = 24;
/** Pieces of the operands that wait for a thread or come from one, for each beyond the first. */
const PIECES = 5;
/** Bytes for constants and rounding. */
const MARGIN = 2 ** 18;

/** Direct sums take the kernel as it is. */
export const NO_WORK = { flops: 0, traffic: 0, calls: 0 };

export function spectralCost(
  problem: Problem,
  geometry: Geometry,
  length: Length,
  blocks: number,
  pieces: number,
): Demand & Pick<Spectral, "together"> {
  const { batch, groups, cin, cout } = problem;
  const outer = geometry.axes.slice(0, geometry.outer);
  const slabs = (which: "x" | "w" | "out") => outer.reduce((n, axis) => n * axis[which].size, 1);
  const [x, w, y] = [cin * slabs("x") * pieces, cin * cout * slabs("w") * pieces, cout * slabs("out")];
  const pairs = outer.reduce((n, axis) => n * meetings(axis), cin * cout * pieces);
  const rounds = batch * groups * blocks;
  const transforms = groups * w + rounds * (x + y);
  const spectrum = 2 * realBytes(problem) * length.points;
  const chunk = chunkOf(spectrum, length.odd, x + w);
  const copied = 2 * operandBytes(problem);
  const single = x * w * y === 1;
  const lists = single ? 8 * rounds : 8 * pairs + 4 * y + 8 * rounds * x + x * chunk;
  const most = single || w * spectrum < LEVEL_2 / 2 ? 1 : clamp((2 * w) / Math.max(x, y), 1, TOGETHER);
  const visits = Math.ceil((batch * blocks) / most);
  const together = Math.ceil((batch * blocks) / visits);
  const held = groups * w + (single ? 0 : together * Math.max(x, y));
  // A strip and a buffer: where they exceed the cache, every level of the transform outside it moves the data.
  const passes = 2 * spectrum > LEVEL_2 ? 2 + Math.log2((2 * spectrum) / LEVEL_2) : 0;
  const products = single
    ? beyond(spectrum / 2, LEVEL_2, rounds * spectrum)
    : beyond((x + w) * spectrum, LEVEL_2, (rounds * 4 * Math.max(x, y) + groups * visits * 2 * w) * spectrum);
  // The chunks of all slabs are multiplied together: 8 bytes a product for each doubling beyond the first-level cache.
  const doublings = single ? 0 : Math.max(0, Math.log2(((x + w) * chunk) / LEVEL_1));
  return {
    // Also tables of half a transform.
    bytes: Math.ceil((held + 2.5) * spectrum) + lists + MARGIN + stagedBytes(problem),
    threadBytes: (2 + 2 * PIECES) * spectrum + x * chunk + TASK * transforms + stagedBytes(problem),
    cost: {
      flops: transforms * transformFlops(length) + rounds * pairs * 8 * length.points,
      traffic:
        transforms * passes * spectrum +
        products +
        rounds * pairs * 8 * length.points * doublings +
        beyond(copied, LEVEL_2, copied),
      copied,
      rows: rowsOf(problem, geometry),
      calls: transforms,
      kernel: {
        flops: groups * w * transformFlops(length),
        traffic: groups * w * passes * spectrum,
        calls: groups * w,
      },
      tasks: single ? rounds : together * Math.min(x, y),
    },
    together,
  };
}

export function stripCost(problem: Problem, geometry: Geometry, taps: Hold): Demand {
  const { batch, groups, cin, cout } = problem;
  const { axes, span, reach } = geometry;
  const element = elementBytes(problem);
  const count = axes.reduce((n, axis) => n * axis[taps].size, 1);
  const segments = segmentsOf(span, reach);
  const segment = Math.ceil(span / segments);
  // A segment of y, and for each channel one of x and what the lags reach before it; and a segment on the way in, and out.
  const own = ((cin + 1) * (reach + segment) + segment) * element;
  const pieces = (cin * (reach + segment) + (taps === "w" ? cout : batch) * segment) * element;
  const kernel = taps === "w" ? kernelSize(problem) : signalSize(problem);
  const tables = TAP * groups * cin * cout * batch * count;
  const copied = 2 * operandBytes(problem);
  return {
    bytes: own + (segment + kernel) * element + tables + MARGIN + stagedBytes(problem),
    threadBytes: own + PIECES * pieces + stagedBytes(problem),
    cost: {
      flops: batch * groups * cin * cout * count * span * flopsPerTap(problem),
      traffic: 2 * span * element * batch * groups * cout + copied,
      copied,
      rows: rowsOf(problem, geometry),
      calls: batch * groups * cin * cout * segments,
      kernel: NO_WORK,
      tasks: batch * groups * segments,
    },
  };
}

/** Output channels that tiles are summed for at once, and bytes of a vector: the widest backend's. */
const TILE = 4;
const VECTOR = 16;

export function tilesCost(problem: Problem, { axes, span, reach }: Geometry): Demand {
  const { batch, groups, cin, cout } = problem;
  const real = realBytes(problem);
  const parts = elementBytes(problem) / real;
  const lanes = VECTOR / real;
  const phases = axes.map(axisPhases);
  const product = (of: (phase: AxisPhase, isLast: boolean) => number) =>
    phases.reduce((n, list, d) => n * list.reduce((sum, phase) => sum + of(phase, d === axes.length - 1), 0), 1);
  const taps = product((phase) => phase.taps);
  // A row takes whole vectors, unless the next one is in the last.
  const last = axes[axes.length - 1] as AxisPlan;
  const covered = (count: number) => Math.min(Math.ceil(count / lanes) * lanes, Math.max(last.pitch, count));
  const pairs = product((phase, isLast) => phase.taps * (isLast ? covered(phase.count) : phase.count));
  const strips = cin * planesOf(axes) * parts;
  const segment = segmentLength(span, reach, strips, real);
  const segments = Math.ceil(span / segment);
  const blocks = Math.ceil((parts * cout) / TILE);
  const own = (strips * (segment + reach + lanes) + TILE * (segment + lanes)) * real;
  const pieces = (strips * (segment + reach) + parts * cout * segment) * real;
  const weights = groups * blocks * TILE * parts * cin * taps * real;
  const lists = 4 * (parts * cin + 1) * taps + (4 * product((phase) => phase.count)) / lanes;
  const copied = 2 * operandBytes(problem);
  return {
    bytes: own + pieces + weights + lists + kernelSize(problem) * parts * real + MARGIN + stagedBytes(problem),
    threadBytes: own + PIECES * pieces,
    cost: {
      flops: 2 * batch * groups * blocks * TILE * parts * cin * pairs,
      traffic: weights + copied,
      copied,
      rows: rowsOf(problem, { axes }),
      calls: batch * groups * segments * (strips + blocks + cout * product(() => 1)),
      kernel: NO_WORK,
      tasks: batch * groups * segments,
    },
  };
}

export function rowsCost(problem: Problem, geometry: Geometry): Demand {
  const { batch, groups, cin, cout } = problem;
  const { axes } = geometry;
  const pairs = axes.reduce((n, axis) => n * meetings(axis), 1);
  const sums = 8 * (problem.field === "complex" ? 2 : 1) * axes.reduce((n, axis) => n * axis.out.size, 1);
  const operands = operandBytes(problem);
  return {
    bytes: sums + operands + MARGIN,
    threadBytes: 0,
    cost: {
      flops: batch * groups * cin * cout * pairs * flopsPerTap(problem),
      traffic: operands,
      copied: operands,
      rows: rowsOf(problem, geometry),
      calls: batch * groups * cin * cout,
      kernel: NO_WORK,
      tasks: 1,
    },
  };
}

const clamp = (n: number, low: number, high: number): number => Math.min(high, Math.max(low, Math.floor(n)));

/** The same plan, shared by so many threads, with the memory that takes. */
export const onThreads = (plan: Plan, threads: number): Plan => ({
  ...plan,
  threads,
  bytes: plan.bytes + (threads - 1) * plan.threadBytes,
});

/** What a plan costs for each signal where the kernel is kept. */
export function withKernelKept(plan: Plan): Plan {
  const { kernel, ...cost } = plan.cost;
  const { flops, traffic, calls } = cost;
  return {
    ...plan,
    cost: {
      ...cost,
      flops: flops - kernel.flops,
      traffic: traffic - kernel.traffic,
      calls: calls - kernel.calls,
      kernel: NO_WORK,
    },
  };
}

/** Traffic, if what it moves exceeds a cache. */
const beyond = (bytes: number, cache: number, traffic: number): number => (bytes > cache ? traffic : 0);

/** Rows of x, w and out. */
function rowsOf({ batch, groups, cin, cout }: Problem, { axes }: Pick<Geometry, "axes">): number {
  const rows = (which: "x" | "w" | "out") => axes.slice(0, -1).reduce((n, axis) => n * axis[which].size, 1);
  return groups * (batch * cin * rows("x") + cin * cout * rows("w") + batch * cout * rows("out"));
}

const flopsPerTap = ({ field }: Problem): number => (field === "complex" ? 8 : 2);
const realBytes = ({ precision }: Problem): number => (precision === "f32" ? 4 : 8);
export const elementBytes = (problem: Problem): number => realBytes(problem) * (problem.field === "complex" ? 2 : 1);

/** Operands are copied slab by slab, unless what is not convolved may lie between. */
function stagedBytes(problem: Problem): number {
  const { batch, groups, cin, cout } = problem;
  return batch * groups * cin * cout > 1 ? operandBytes(problem) : 0;
}

const operandBytes = (problem: Problem): number =>
  (signalSize(problem) + kernelSize(problem) + outSize(problem)) * elementBytes(problem);
