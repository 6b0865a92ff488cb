// Every way to compute a problem, each with what it costs: the planner's menu. Which one is best depends on a machine's
// speed and is dispatch's question.
import type { Problem } from "../problem/problem.js";
import { kernelSize, outSize, signalSize } from "../problem/problem.js";
import { type Geometry, wind } from "./geometry.js";
import { transformFlops, transformLength } from "./lengths.js";
import type { Hold, Plan, Run } from "./plan.js";
import { meetings, trim } from "./trim.js";

/** The plans for a problem, at least one. */
export function candidates(problem: Problem): Plan[] {
  const trimmed = problem.axes.map(trim);
  if (!trimmed.every((axis) => axis !== undefined)) return [zeroPlan(problem)];
  const geometry = wind(trimmed);
  return [spectralPlan(problem, geometry), stripPlan(problem, geometry), rowsPlan(problem, geometry)];
}

/** The plan that runs when data is not fit for another: an FFT spreads one NaN everywhere, a strip multiplies gaps. */
export function fallback(problem: Problem, refused: Plan): Plan {
  const kind = refused.run.kind === "spectral" ? "strip" : "rows";
  const plan = candidates(problem).find(({ run }) => run.kind === kind);
  if (!plan) throw new Error(`no ${kind} plan to fall back to`);
  return plan;
}

const base = (problem: Problem, { axes, stride, first, span, helix }: Geometry) => ({
  version: 1 as const,
  precision: problem.precision,
  field: problem.field,
  conj: problem.conj,
  batch: problem.batch,
  groups: problem.groups,
  cin: problem.cin,
  cout: problem.cout,
  axes,
  stride,
  first,
  span,
  helix,
});

function zeroPlan(problem: Problem): Plan {
  const geometry = { axes: [], stride: [], first: 0, span: 0, helix: 0 };
  const bytes = outSize(problem) * elementBytes(problem);
  return {
    ...base(problem, geometry),
    method: "direct",
    run: { kind: "zero" },
    bytes,
    cost: { flops: 0, traffic: bytes },
  };
}

function spectralPlan(problem: Problem, geometry: Geometry): Plan {
  const real = problem.field === "real";
  const { batch, groups, cin, cout } = problem;
  const length = transformLength(real ? Math.ceil(geometry.helix / 2) : geometry.helix);
  const pointBytes = 2 * realBytes(problem);
  const transforms = groups * (cin * cout + batch * (cin + cout));
  const products = batch * groups * cin * cout;
  const run: Run = {
    kind: "spectral",
    ring: real ? "negacyclic" : "cyclic",
    length: real ? 2 * length.points : length.points,
    odd: length.odd,
    hold: "w",
  };
  // Held: the spectra of w, of one group's x, one product, and tables of about half a transform.
  const spectra = groups * cin * cout + cin + 1.5;
  return {
    ...base(problem, geometry),
    method: "fft",
    run,
    bytes: Math.ceil(spectra * length.points * pointBytes) + operandBytes(problem),
    cost: {
      flops: transforms * transformFlops(length) + products * 8 * length.points,
      traffic: (transforms * 4 + products * 3) * length.points * pointBytes + operandBytes(problem),
    },
  };
}

function stripPlan(problem: Problem, geometry: Geometry): Plan {
  const { batch, groups, cin, cout } = problem;
  const taps = smaller(geometry);
  const count = geometry.axes.reduce((n, axis) => n * axis[taps].size, 1);
  const multiplyAdds = batch * groups * cin * cout * count * geometry.span;
  const strips = (cin + 1) * (geometry.helix + geometry.span) * elementBytes(problem);
  return {
    ...base(problem, geometry),
    method: "direct",
    run: { kind: "strip", taps },
    bytes: strips + 24 * count + operandBytes(problem),
    cost: {
      flops: multiplyAdds * flopsPerTap(problem),
      traffic: strips * batch * groups * cout + operandBytes(problem),
    },
  };
}

function rowsPlan(problem: Problem, geometry: Geometry): Plan {
  const { batch, groups, cin, cout } = problem;
  const taps = smaller(geometry);
  const pairs = geometry.axes.reduce((n, axis) => n * meetings(axis), 1);
  const sums = 8 * (problem.field === "complex" ? 2 : 1) * geometry.axes.reduce((n, axis) => n * axis.out.size, 1);
  return {
    ...base(problem, geometry),
    method: "direct",
    run: { kind: "rows", taps },
    bytes: sums + operandBytes(problem),
    cost: { flops: batch * groups * cin * cout * pairs * flopsPerTap(problem), traffic: operandBytes(problem) },
  };
}

/** The operand with fewer samples: its samples are the taps. */
const smaller = ({ axes }: Geometry): Hold => {
  const size = (operand: Hold) => axes.reduce((n, axis) => n * axis[operand].size, 1);
  return size("w") <= size("x") ? "w" : "x";
};

const flopsPerTap = ({ field }: Problem): number => (field === "complex" ? 8 : 2);
const realBytes = ({ precision }: Problem): number => (precision === "f32" ? 4 : 8);
const elementBytes = (problem: Problem): number => realBytes(problem) * (problem.field === "complex" ? 2 : 1);
const operandBytes = (problem: Problem): number =>
  (signalSize(problem) + kernelSize(problem) + outSize(problem)) * elementBytes(problem);
