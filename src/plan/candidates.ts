// Every way to compute a problem, each with what it costs: the planner's menu. Which one is best depends on a machine's
// speed and is dispatch's question.
import type { Problem } from "../problem/problem.js";
import { kernelSize, outSize, signalSize } from "../problem/problem.js";
import { type Geometry, wind } from "./geometry.js";
import { type Length, lengthsFrom, transformFlops, transformLength } from "./lengths.js";
import type { AxisPlan, Hold, Plan, Spectral } from "./plan.js";
import { meetings, trim } from "./trim.js";

type Trimmed = Omit<AxisPlan, "pitch">;

/** The plans for a problem, at least one. */
export function candidates(problem: Problem): Plan[] {
  const trimmed = problem.axes.map(trim);
  if (!trimmed.every((axis) => axis !== undefined)) return [zeroPlan(problem)];
  return [
    ...spectralPlans(problem, trimmed),
    ...overlapSavePlans(problem, trimmed),
    stripPlan(problem, trimmed),
    rowsPlan(problem, trimmed),
  ];
}

/** The plan that runs when data is not fit for another: an FFT spreads one NaN everywhere, a strip multiplies gaps. */
export function fallback(problem: Problem, refused: Plan): Plan {
  const kind = refused.run.kind === "spectral" ? "strip" : "rows";
  const plan = candidates(problem).find(({ run }) => run.kind === kind);
  if (!plan) throw new Error(`no ${kind} plan to fall back to`);
  return plan;
}

/** What a plan takes over from its problem and geometry. */
export const base = (problem: Problem, { axes, outer, stride, first, span, helix }: Omit<Geometry, "reach">) => ({
  version: 1 as const,
  precision: problem.precision,
  field: problem.field,
  conj: problem.conj,
  batch: problem.batch,
  groups: problem.groups,
  cin: problem.cin,
  cout: problem.cout,
  axes,
  outer,
  stride,
  first,
  span,
  helix,
  threads: 1,
});

function zeroPlan(problem: Problem): Plan {
  const geometry = { axes: [], outer: 0, stride: [], first: 0, span: 0, helix: 0 };
  return {
    ...base(problem, geometry),
    method: "direct",
    run: { kind: "zero" },
    bytes: 0,
    threadBytes: 0,
    cost: { flops: 0, traffic: outSize(problem) * elementBytes(problem), copied: 0, rows: 0, calls: 1, tasks: 1 },
  };
}

/** One circular convolution of the whole helix; and with 1, 2, … outer axes apart, one for each of their slabs. */
function spectralPlans(problem: Problem, trimmed: readonly Trimmed[]): Plan[] {
  return trimmed.map((_, outer) => {
    const geometry = wind(trimmed, outer);
    const { helix, span, first } = geometry;
    const length = transformLength(pointsOf(problem, helix));
    return spectralPlan(problem, geometry, length, { blocks: 1, advance: span, start: 0, halo: first });
  });
}

/** Blocks along the helix of all axes: for kernels whose strip is short, for 1-D signals, and where memory is short. */
function overlapSavePlans(problem: Problem, trimmed: readonly Trimmed[]): Plan[] {
  const geometry = wind(trimmed);
  const { first, span, reach } = geometry;
  const least = pointsOf(problem, 2 * reach);
  return lengthsFrom(least, pointsOf(problem, span)).map((length) => {
    // The outputs need what lies up to `reach` before them.
    const advance = (problem.field === "real" ? 2 * length.points : length.points) - reach;
    const blocks = Math.ceil(span / advance);
    return spectralPlan(problem, geometry, length, { blocks, advance, start: first - reach, halo: reach });
  });
}

type Blocks = Pick<Spectral, "blocks" | "advance" | "start" | "halo">;

function spectralPlan(problem: Problem, geometry: Geometry, length: Length, blocks: Blocks): Plan {
  const real = problem.field === "real";
  const { batch, groups, cin, cout } = problem;
  const run: Spectral = {
    kind: "spectral",
    ring: real ? "negacyclic" : "cyclic",
    length: real ? 2 * length.points : length.points,
    odd: length.odd,
    ...blocks,
  };
  const slabs = (which: "x" | "w" | "out") =>
    geometry.axes.slice(0, geometry.outer).reduce((n, axis) => n * axis[which].size, 1);
  const pairs = geometry.axes.slice(0, geometry.outer).reduce((n, axis) => n * meetings(axis), cin * cout);
  const [x, w, y] = [cin * slabs("x"), cin * cout * slabs("w"), cout * slabs("out")];
  const rounds = batch * groups * blocks.blocks;
  const transforms = groups * w + rounds * (x + y);
  const spectrum = 2 * realBytes(problem) * length.points;
  const single = x * w * y === 1;
  const slots = single ? 0 : Math.max(x, y);
  // Held: the spectra of w, of one round's x and y, a strip and a buffer, and tables of about half a transform.
  const chunk = Math.min(CHUNK, spectrum / length.odd);
  const lists = single ? 8 * rounds : 8 * pairs + 4 * y + 8 * rounds * x + x * chunk;
  const bytes = Math.ceil((groups * w + slots + 2.5) * spectrum) + lists + MARGIN + stagedBytes(problem);
  const copied = 2 * operandBytes(problem);
  // What a transform and its tables hold: if it exceeds the cache, each level outside it moves the data once more.
  const transform = 2 * spectrum;
  const passes = transform > CACHE ? 2 + 2 * Math.max(0, Math.log2(transform / CACHE) / 2) : 0;
  const kept = single ? spectrum / 2 > CACHE : (x + w) * spectrum > CACHE;
  const products = single ? rounds * spectrum : rounds * (4 * Math.max(x, y) + 2 * w) * spectrum;
  // The chunks of all slabs that are multiplied together had better fit the first-level cache.
  const chunks = single ? 0 : (x + w) * chunk;
  const slower = 1 + Math.max(0, Math.log2(chunks / LEVEL_1)) / 3;
  return {
    ...base(problem, geometry),
    method: blocks.blocks > 1 ? "overlap-save" : "fft",
    run,
    bytes,
    threadBytes: 2 * spectrum + x * chunk + TASK * transforms,
    cost: {
      flops: transforms * transformFlops(length) + rounds * pairs * 8 * length.points * slower,
      traffic: transforms * passes * spectrum + (kept ? products : 0) + (copied > CACHE ? copied : 0),
      copied,
      rows: rowsOf(problem, geometry),
      calls: transforms,
      tasks: x * w * y === 1 ? rounds : Math.min(x, y),
    },
  };
}

/** Bytes of a second-level cache, and of a first-level one. */
const CACHE = 2 ** 20;
const LEVEL_1 = 2 ** 15;
/** Bytes of a spectrum that lie together, at most; those of the other slabs follow. */
export const CHUNK = 512;
/** Bytes by which a task is described to threads. */
const TASK = 256;
/** Bytes for constants and rounding. */
const MARGIN = 2 ** 18;
/** The least length of a segment of a strip, in numbers. */
export const SEGMENT = 2 ** 15;

function stripPlan(problem: Problem, trimmed: readonly Trimmed[]): Plan {
  const geometry = wind(trimmed);
  const { batch, groups, cin, cout } = problem;
  const taps = smaller(geometry);
  const count = geometry.axes.reduce((n, axis) => n * axis[taps].size, 1);
  const multiplyAdds = batch * groups * cin * cout * count * geometry.span;
  const element = elementBytes(problem);
  const strips = 2 * geometry.span * element;
  const { span, reach } = geometry;
  const segment = Math.min(span, Math.max(SEGMENT, reach));
  const segments = Math.ceil(span / segment);
  // A segment of y, and for each channel one of x and what the lags reach before it; and as much again on the way in and out.
  const threadBytes = ((cin + 1) * (reach + segment) + segment) * element;
  const kernel = taps === "w" ? kernelSize(problem) : signalSize(problem);
  return {
    ...base(problem, geometry),
    method: "direct",
    run: { kind: "strip", taps },
    bytes:
      threadBytes +
      segment * element +
      kernel * element +
      24 * groups * cin * cout * batch * count +
      MARGIN +
      stagedBytes(problem),
    threadBytes,
    cost: {
      flops: multiplyAdds * flopsPerTap(problem),
      traffic: strips * batch * groups * cout + 2 * operandBytes(problem),
      copied: 2 * operandBytes(problem),
      rows: rowsOf(problem, geometry),
      calls: batch * groups * cin * cout * segments,
      tasks: batch * groups * segments,
    },
  };
}

function rowsPlan(problem: Problem, trimmed: readonly Trimmed[]): Plan {
  const geometry = wind(trimmed);
  const { batch, groups, cin, cout } = problem;
  const taps = smaller(geometry);
  const pairs = geometry.axes.reduce((n, axis) => n * meetings(axis), 1);
  const sums = 8 * (problem.field === "complex" ? 2 : 1) * geometry.axes.reduce((n, axis) => n * axis.out.size, 1);
  return {
    ...base(problem, geometry),
    method: "direct",
    run: { kind: "rows", taps },
    bytes: sums + operandBytes(problem) + MARGIN,
    threadBytes: 0,
    cost: {
      flops: batch * groups * cin * cout * pairs * flopsPerTap(problem),
      traffic: operandBytes(problem),
      copied: operandBytes(problem),
      rows: rowsOf(problem, geometry),
      calls: batch * groups * cin * cout,
      tasks: 1,
    },
  };
}

/** Rows of x, w and out. */
function rowsOf({ batch, groups, cin, cout }: Problem, { axes }: Geometry): number {
  const rows = (which: "x" | "w" | "out") => axes.slice(0, -1).reduce((n, axis) => n * axis[which].size, 1);
  return groups * (batch * cin * rows("x") + cin * cout * rows("w") + batch * cout * rows("out"));
}

/** The operand with fewer samples: its samples are the taps. */
const smaller = ({ axes }: Geometry): Hold => {
  const size = (operand: Hold) => axes.reduce((n, axis) => n * axis[operand].size, 1);
  return size("w") <= size("x") ? "w" : "x";
};

/** Complex points that hold so many numbers. */
const pointsOf = ({ field }: Problem, numbers: number): number => (field === "real" ? Math.ceil(numbers / 2) : numbers);
const flopsPerTap = ({ field }: Problem): number => (field === "complex" ? 8 : 2);
const realBytes = ({ precision }: Problem): number => (precision === "f32" ? 4 : 8);
export const elementBytes = (problem: Problem): number => realBytes(problem) * (problem.field === "complex" ? 2 : 1);
/** Operands are copied slab by slab, unless what is not convolved may lie between. */
const stagedBytes = (problem: Problem): number => {
  const { batch, groups, cin, cout } = problem;
  return batch * groups * cin * cout > 1 ? operandBytes(problem) : 0;
};
const operandBytes = (problem: Problem): number =>
  (signalSize(problem) + kernelSize(problem) + outSize(problem)) * elementBytes(problem);
