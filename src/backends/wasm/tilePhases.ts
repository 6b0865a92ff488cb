// The phases of a plan of tiles (plan/tiles.ts) as they lie in memory: the lags of their taps, room for their weights, and the vectors that cover their outputs.
import type { Plan } from "../../plan/plan.js";
import { slabOffsets } from "../../plan/slabs.js";
import { type AxisPhase, advanceOf, outputSteps, phasesOf } from "../../plan/tiles.js";
import type { Operand } from "../../problem/problem.js";
import { at } from "./direct.js";
import type { Instance } from "./instance.js";

/** How tiles are cut, and strips laid out. */
export interface Cut {
  /** How far the lags of an output's taps lie apart. */
  reach: number;
  /** Positions of a segment, and numbers of a strip. */
  segment: number;
  numbers: number;
  /** Strips of an input channel, for complex numbers each twice, and blocks of output channels. */
  planes: number;
  blocks: number;
}

export interface LaidPhase {
  axes: AxisPhase[];
  /** How many real weights a real output channel has: of all input channels' real parts, then of their imaginary parts. */
  count: number;
  /** Where the weights of the first group are, how many bytes each has, and where the taps' lags are. */
  weights: number;
  bytes: number;
  lags: number;
  /** The first and the end of each segment's list of vectors. */
  vectors: [first: number, end: number][];
}

/** Allocates all phases; the weights are zero. */
export const layOutPhases = (instance: Instance, plan: Plan, cut: Cut): LaidPhase[] =>
  phasesOf(plan.axes).map((axes): LaidPhase => {
    const { exports, real } = instance;
    const parts = plan.field === "complex" ? 2 : 1;
    const lags = lagsOf(plan, axes, cut, parts);
    const count = parts * plan.cin * lags.length;
    const bytes = cut.blocks * exports.OUTPUTS.value * count * real;
    const weights = instance.allocate(plan.groups * bytes);
    exports.clear(weights, plan.groups * bytes);
    const all: number[] = [];
    for (let part = 0; part < parts; part++)
      for (let c = 0; c < plan.cin; c++) {
        const strip = (c * cut.planes * parts + part) * cut.numbers;
        for (const lag of lags) all.push((strip + lag) * real);
      }
    const vectors = vectorsOf(plan, axes, cut.segment, instance).map((list): [number, number] => {
      // An even number of them: one more lies behind the segment.
      if (list.length % 2 === 1) list.push(cut.segment * real);
      const address = writeWords(instance, list);
      return [address, address + 4 * list.length];
    });
    return { axes, count, weights, bytes, lags: writeWords(instance, all), vectors };
  });

/** Where in memory the places of a phase's taps are, of all input channels: bytes in the kernel's array, from an output channel's first element. */
export function writePlaces(
  instance: Instance,
  plan: Plan,
  axes: readonly AxisPhase[],
  cut: Cut,
  kernel: Operand,
): number {
  const element = (plan.field === "complex" ? 2 : 1) * instance.real;
  const origin = at(slabOffsets(plan, "w", kernel.stride), 0);
  const elements = tapsOf(plan, axes, cut.planes).map(({ index }) =>
    index.reduce((sum, k, d) => {
      const { tap, tapEvery } = at(axes, d);
      return sum + (tap + tapEvery * k) * at(kernel.stride, d);
    }, origin),
  );
  return writeWords(
    instance,
    kernel.channel.flatMap((channel) => elements.map((place) => (channel + place) * element)),
  );
}

/** How many numbers behind an output's own each of its taps finds its sample, in the strips of the first channel. */
function lagsOf(plan: Plan, axes: readonly AxisPhase[], { reach, numbers, planes }: Cut, parts: number): number[] {
  const last = axes.length - 1;
  const advance = advanceOf(at(plan.axes, last));
  return tapsOf(plan, axes, planes).map(({ index, plane }) =>
    index.reduce(
      (lag, k, d) => {
        const { sample, sampleEvery } = at(axes, d);
        const i = sample - sampleEvery * k;
        return lag + at(plan.stride, d) * (d < last ? i : Math.floor(i / advance));
      },
      reach - plan.first + plane * parts * numbers,
    ),
  );
}

interface Tap {
  /** Its number along each axis, among those of the phase. */
  index: number[];
  plane: number;
}

/** The taps of a phase that meet a plane. */
function tapsOf(plan: Plan, axes: readonly AxisPhase[], planes: number): Tap[] {
  const advance = advanceOf(at(plan.axes, axes.length - 1));
  const { sample, sampleEvery } = at(axes, axes.length - 1);
  const indexes = axes.reduce<number[][]>(
    (list, { taps }) => list.flatMap((index) => Array.from({ length: taps }, (_, k) => [...index, k])),
    [[]],
  );
  return indexes.flatMap((index) => {
    const i = sample - sampleEvery * at(index, index.length - 1);
    const plane = i - advance * Math.floor(i / advance);
    return plane < planes ? [{ index, plane }] : [];
  });
}

/** Vectors that cover the positions of a phase's outputs, segment by segment, in bytes: each begins at the first output that the one before it does not reach. */
function vectorsOf(plan: Plan, axes: readonly AxisPhase[], segment: number, { lanes, real }: Instance): number[][] {
  const lists = Array.from({ length: Math.ceil(plan.span / segment) }, (): number[] => []);
  const { count } = at(axes, axes.length - 1);
  const steps = outputSteps(plan);
  let next = 0;
  const walk = (d: number, position: number): void => {
    if (d < axes.length - 1) {
      for (let t = 0; t < at(axes, d).count; t++) walk(d + 1, position + t * at(steps, d));
      return;
    }
    for (let p = Math.max(position, next); p < position + count; p = next) {
      const s = Math.floor(p / segment);
      at(lists, s).push((p - s * segment) * real);
      next = Math.min(p + lanes, (s + 1) * segment);
    }
  };
  walk(0, 0);
  return lists;
}

function writeWords(instance: Instance, words: readonly number[]): number {
  const address = instance.allocate(4 * words.length);
  instance.words(address, words.length).set(words);
  return address;
}
