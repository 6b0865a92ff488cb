// Every way to compute a problem, each with what it costs: the planner's menu. Which one is best depends on a machine's
// speed and is dispatch's question.
import type { Problem } from "../problem/problem.js";
import { outSize } from "../problem/problem.js";
import { elementBytes, NO_WORK, rowsCost, spectralCost, stripCost, tilesCost } from "./cost.js";
import { type Geometry, wind } from "./geometry.js";
import { type Length, lengthsFrom, transformLength } from "./lengths.js";
import type { AxisPlan, Hold, Plan, Spectral } from "./plan.js";
import { windSamples } from "./tiles.js";
import { meetings, trim } from "./trim.js";

type Trimmed = Omit<AxisPlan, "pitch">;

/** The plans for a problem, at least one. */
export const candidates = (problem: Problem): Plan[] =>
  plansOf(problem, (trimmed) => [
    ...spectralPlans(problem, trimmed),
    ...overlapSavePlans(problem, trimmed),
    ...piecesPlans(problem, trimmed),
    ...directPlans(problem, trimmed),
  ]);

/** Those of them that are direct sums. */
export const directCandidates = (problem: Problem): Plan[] =>
  plansOf(problem, (trimmed) => directPlans(problem, trimmed));

function plansOf(problem: Problem, kinds: (trimmed: readonly Trimmed[]) => Plan[]): Plan[] {
  const trimmed = problem.axes.map(trim);
  return trimmed.every((axis) => axis !== undefined) ? kinds(trimmed) : [zeroPlan(problem)];
}

/** The plan that runs when data is not fit for another: an FFT spreads one NaN everywhere, a strip multiplies gaps. */
export function fallback(problem: Problem, refused: Plan): Plan {
  const kind = refused.run.kind === "spectral" ? "strip" : "rows";
  const plan = directCandidates(problem).find(({ run }) => run.kind === kind);
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
    cost: {
      flops: 0,
      traffic: outSize(problem) * elementBytes(problem),
      copied: 0,
      rows: 0,
      calls: 1,
      kernel: NO_WORK,
      tasks: 1,
    },
  };
}

/** Products of slabs are listed: more take longer to list than anything else could, and longer lists than engines can hold. */
const MOST_PRODUCTS = 2 ** 24;

/** One circular convolution of the whole helix; and with 1, 2, … outer axes apart, one for each of their slabs. */
function spectralPlans(problem: Problem, trimmed: readonly Trimmed[]): Plan[] {
  const products = (outer: number) => trimmed.slice(0, outer).reduce((n, axis) => n * meetings(axis), 1);
  const apart = trimmed.map((_, outer) => outer).filter((outer) => products(outer) <= MOST_PRODUCTS);
  return apart.map((outer) => {
    const geometry = wind(trimmed, outer);
    const { helix, span, first } = geometry;
    const length = transformLength(pointsOf(problem, helix));
    const whole = { blocks: 1, advance: span, start: 0, halo: first, pieces: 1, piece: helix };
    return spectralPlan(problem, geometry, length, whole);
  });
}

/** Blocks along the helix of all axes: for kernels whose strip is short, for 1-D signals, and where memory is short. */
function overlapSavePlans(problem: Problem, trimmed: readonly Trimmed[]): Plan[] {
  const geometry = wind(trimmed);
  const { first, span, reach } = geometry;
  const least = pointsOf(problem, 2 * reach);
  return lengthsFrom(least, pointsOf(problem, span)).map((length) => {
    // The outputs need what lies up to `reach` before them.
    const advance = numbersOf(problem, length) - reach;
    const blocks = Math.ceil(span / advance);
    const whole = { pieces: 1, piece: reach + 1 };
    return spectralPlan(problem, geometry, length, { blocks, advance, start: first - reach, halo: reach, ...whole });
  });
}

/** The kernel in pieces: for few outputs of two large operands, as the gradient of a weight is. */
function piecesPlans(problem: Problem, trimmed: readonly Trimmed[]): Plan[] {
  const geometry = wind(trimmed);
  const { first, span, reach } = geometry;
  const least = pointsOf(problem, 2 * span);
  return lengthsFrom(least, pointsOf(problem, reach)).map((length) => {
    // An output needs as many numbers of the signal as a piece has.
    const piece = numbersOf(problem, length) - span + 1;
    const pieces = Math.ceil((reach + 1) / piece);
    const start = first - (piece - 1);
    return spectralPlan(problem, geometry, length, { blocks: 1, advance: span, start, halo: piece - 1, pieces, piece });
  });
}

type Blocks = Pick<Spectral, "blocks" | "advance" | "start" | "halo" | "pieces" | "piece">;

function spectralPlan(problem: Problem, geometry: Geometry, length: Length, blocks: Blocks): Plan {
  const real = problem.field === "real";
  const { together, ...cost } = spectralCost(problem, geometry, length, blocks.blocks, blocks.pieces);
  const run: Spectral = {
    kind: "spectral",
    ring: real ? "negacyclic" : "cyclic",
    length: numbersOf(problem, length),
    odd: length.odd,
    ...blocks,
    together,
  };
  return {
    ...base(problem, geometry),
    method: blocks.blocks * blocks.pieces > 1 ? "overlap-save" : "fft",
    run,
    ...cost,
  };
}

const directPlans = (problem: Problem, trimmed: readonly Trimmed[]): Plan[] => [
  stripPlan(problem, trimmed),
  ...tilesPlans(problem, trimmed),
  rowsPlan(problem, trimmed),
];

function stripPlan(problem: Problem, trimmed: readonly Trimmed[]): Plan {
  const geometry = wind(trimmed);
  const taps = smaller(geometry);
  return {
    ...base(problem, geometry),
    method: "direct",
    run: { kind: "strip", taps },
    ...stripCost(problem, geometry, taps),
  };
}

/** Where channels share what is loaded, or a strip would have numbers that nobody wants. */
function tilesPlans(problem: Problem, trimmed: readonly Trimmed[]): Plan[] {
  if (problem.cout * problem.cin === 1 && trimmed.every(({ u, step }) => u === 1 && step === 1)) return [];
  const geometry = windSamples(trimmed);
  return [
    {
      ...base(problem, geometry),
      method: "direct",
      run: { kind: "tiles", reach: geometry.reach },
      ...tilesCost(problem, geometry),
    },
  ];
}

function rowsPlan(problem: Problem, trimmed: readonly Trimmed[]): Plan {
  const geometry = wind(trimmed);
  return {
    ...base(problem, geometry),
    method: "direct",
    run: { kind: "rows", taps: smaller(geometry) },
    ...rowsCost(problem, geometry),
  };
}

/** The operand with fewer samples: its samples are the taps. */
const smaller = ({ axes }: Geometry): Hold => {
  const size = (operand: Hold) => axes.reduce((n, axis) => n * axis[operand].size, 1);
  return size("w") <= size("x") ? "w" : "x";
};

/** Numbers that a transform holds; and complex points that hold so many numbers. */
const numbersOf = ({ field }: Problem, { points }: Length): number => (field === "real" ? 2 * points : points);
const pointsOf = ({ field }: Problem, numbers: number): number => (field === "real" ? Math.ceil(numbers / 2) : numbers);
