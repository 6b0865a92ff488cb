// The direct sums of a layer with many channels, or with strides. Only pairs that meet are multiplied: along each axis output t needs
//
//   u i = lo + step t - v j
//
// so, with g = gcd(u, step), the outputs t = first + (u/g) t' of one phase need the same taps, and tap j the samples i = sample(j) + (step/g) t'.
// The samples of x are wound as they are, not dilated; where they advance by s > 1 along the last axis, the samples i mod s = 0, 1, … are strips of their
// own (planes), so that consecutive outputs need consecutive numbers whatever the stride.
import type { Geometry } from "./geometry.js";
import type { AxisPlan, Plan } from "./plan.js";
import { gcd } from "./trim.js";

type Trimmed = Omit<AxisPlan, "pitch">;

/**
 * Outputs along an axis that need the same taps: `count` of them, `every` apart from output `first` on. They need `taps` taps, `tapEvery` apart from
 * tap `tap` on; the first of them meets sample `sample` at output `first`, and each other one `sampleEvery` samples before that.
 */
export interface AxisPhase {
  first: number;
  every: number;
  count: number;
  tap: number;
  tapEvery: number;
  taps: number;
  sample: number;
  sampleEvery: number;
}

/** How many samples of x further the next output of a phase is. */
export const advanceOf = ({ u, step }: Trimmed): number => step / gcd(u, step);

/** How many outputs further that is. */
const everyOf = ({ u, step }: Trimmed): number => u / gcd(u, step);

/** The phases of an axis: one, unless x is dilated. */
export function axisPhases(axis: Trimmed): AxisPhase[] {
  const { u, v, lo, step, w, out } = axis;
  const every = everyOf(axis);
  const tapEvery = u / gcd(u, v);
  return Array.from({ length: Math.min(every, out.size) }, (_, first) => {
    const sampleOf = (tap: number) => (lo + step * first - v * tap) / u;
    let tap = 0;
    while (tap < tapEvery && !Number.isInteger(sampleOf(tap))) tap++;
    const taps = tap < Math.min(tapEvery, w.size) ? Math.ceil((w.size - tap) / tapEvery) : 0;
    const sampleEvery = (v * tapEvery) / u;
    return {
      first,
      every,
      count: Math.ceil((out.size - first) / every),
      tap,
      tapEvery,
      taps,
      sample: taps > 0 ? sampleOf(tap) : 0,
      sampleEvery,
    };
  });
}

/** All combinations of the axes' phases. */
export const phasesOf = (axes: readonly Trimmed[]): AxisPhase[][] =>
  axes.reduce<AxisPhase[][]>(
    (phases, axis) => phases.flatMap((phase) => axisPhases(axis).map((next) => [...phase, next])),
    [[]],
  );

/** How many strips x is wound on. */
export const planesOf = (axes: readonly Trimmed[]): number => {
  const last = lastOf(axes);
  return Math.min(advanceOf(last), last.x.size);
};

/** How many samples along the last axis a plane has. */
export const samplesOfPlane = (axes: readonly Trimmed[], plane: number): number => {
  const last = lastOf(axes);
  return Math.ceil((last.x.size - plane) / advanceOf(last));
};

/** How far apart consecutive outputs of a phase are on the helix, for each axis. */
export const outputSteps = ({ axes, stride }: Pick<Plan, "axes" | "stride">): number[] =>
  axes.map((axis, d) => (stride[d] as number) * (d < axes.length - 1 ? advanceOf(axis) : 1));

/**
 * The helix of x's samples, as geometry.ts has it for dilated ones: each gap is shared by the row before it and the row behind. A tap's lag is where on it the
 * first output finds its sample; `first` is the largest, `reach` how much smaller the smallest is, and `span` what outputs fall on.
 */
export function windSamples(trimmed: readonly Trimmed[]): Geometry {
  const axes: AxisPlan[] = [];
  const stride: number[] = [];
  let [first, reach, span, next] = [0, 0, 1, 1];
  for (const [d, axis] of [...trimmed.entries()].reverse()) {
    const advance = advanceOf(axis);
    const plane = d === trimmed.length - 1 ? advance : 1;
    let [low, high, most] = [0, 0, Number.NEGATIVE_INFINITY];
    for (const { sample, sampleEvery, taps, count } of axisPhases(axis).filter((phase) => phase.taps > 0)) {
      low = Math.min(low, Math.floor((sample - sampleEvery * (taps - 1)) / plane));
      high = Math.max(high, Math.floor((sample + advance * (count - 1)) / plane));
      most = Math.max(most, Math.floor(sample / plane));
    }
    const pitch = 1 + Math.max(high, Math.ceil(axis.x.size / plane) - 1 - low);
    axes.unshift({ ...axis, pitch });
    stride.unshift(next);
    first += next * most;
    reach += next * (most - low);
    span += next * (advance / plane) * (Math.ceil(axis.out.size / everyOf(axis)) - 1);
    next *= pitch;
  }
  return { axes, outer: 0, stride, first, span, reach, helix: reach + span };
}

/** What of its helix a task works on: the strips of all channels stay in the second-level cache, unless the lags alone do not. */
const STRIPS = 2 ** 19;
const SHORTEST = 2 ** 12;

/** How many positions a segment has, for so many strips and bytes of a number. */
export function segmentLength(span: number, reach: number, strips: number, real: number): number {
  const room = Math.floor(STRIPS / (strips * real)) - reach;
  return Math.min(span, Math.max(room, reach, SHORTEST));
}

const lastOf = (axes: readonly Trimmed[]): Trimmed => axes[axes.length - 1] as Trimmed;
