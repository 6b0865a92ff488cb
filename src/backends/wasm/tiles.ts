// Direct sums in tiles of output channels by positions (assembly/tiles.ts), on strips of the samples of x (plan/tiles.ts). As in strip.ts the strips are
// taken in segments, which stay in the cache.
//
// A complex number counts as two channels, its parts: (a + ib)(c + id) = (ac - bd) + i(ad + bc), so each tap has four real weights.
import { rangeOf } from "../../ndarray.js";
import type { Plan } from "../../plan/plan.js";
import { slabOffsets } from "../../plan/slabs.js";
import {
  type AxisPhase,
  advanceOf,
  outputSteps,
  phasesOf,
  planesOf,
  samplesOfPlane,
  segmentLength,
} from "../../plan/tiles.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import type { HelixAxis } from "../helixAxes.js";
import { Stepped, type Steps } from "../stepped.js";
import type { Crew, Work } from "./crew.js";
import { at } from "./direct.js";
import type { Instance } from "./instance.js";
import { Kept } from "./kept.js";
import { Carrier, clearUncomputed, inputPiece, layoutOf, mergeAxes, outputPiece, writeAxes } from "./staging.js";
import { type Call, load, local, localOffset, type Task, type Transfer } from "./tasks.js";

type Tiling = Extract<Plan["run"], { kind: "tiles" }>;

/** A phase as it lies in memory. */
interface Laid {
  axes: AxisPhase[];
  /** How many taps of an input channel it has, and how many weights an output channel then has. */
  taps: number;
  count: number;
  /** Where the weights of the first group are, how many bytes each has, and where the taps' lags are. */
  weights: number;
  bytes: number;
  lags: number;
  /** The first and the end of each segment's list of vectors. */
  vectors: [number, number][];
}

/** A kernel's copy, and for each phase where the places of its taps are. */
interface KernelWork {
  copy: Transfer;
  places: number[];
}

export class Tiles extends Stepped {
  private readonly instance: Instance;
  private readonly parts: 1 | 2;
  /** Real output channels of a group, and how many blocks of OUTPUTS they fall into. */
  private readonly blocks: number;
  private readonly planes: number;
  /** Positions of a segment, numbers of a strip, and those that one segment's strip leaves to the next. */
  private readonly segment: number;
  private readonly numbers: number;
  private readonly kept: number;
  private readonly phases: Laid[];
  private readonly scales: number;
  private readonly kernelWork: Kept<KernelWork>;
  private readonly signalWork: Kept<Work>;
  private isFinite = false;

  constructor(
    private readonly crew: Crew,
    private readonly plan: Plan,
    { reach }: Tiling,
  ) {
    super();
    const { instance } = crew;
    this.instance = instance;
    this.parts = plan.field === "complex" ? 2 : 1;
    this.blocks = Math.ceil((this.parts * plan.cout) / instance.exports.OUTPUTS.value);
    this.planes = planesOf(plan.axes);
    this.segment = segmentLength(plan.span, reach, this.strips, instance.real);
    this.kept = reach + instance.lanes;
    this.numbers = this.segment + this.kept;
    this.phases = phasesOf(plan.axes).map((axes) => this.layOutPhase(axes, reach));
    this.scales = instance.allocate(2 * instance.real);
    instance.reals(this.scales, 2).set([1, plan.conj.x ? -1 : 1]);
    crew.hold();
    this.kernelWork = new Kept(crew);
    this.signalWork = new Kept(crew);
  }

  setKernel(kernel: Operand): void {
    const { plan, instance, parts } = this;
    const { exports, real } = instance;
    const { copy, places } = this.kernelWork.get(layoutOf(kernel), () => this.layOutKernel(kernel));
    load(instance, kernel.view, copy, parts);
    const [, first, , address] = copy;
    const outputs = exports.OUTPUTS.value;
    const sign = plan.conj.w ? -1 : 1;
    let sum = 0;
    for (const [p, { taps, count, weights, bytes }] of this.phases.entries())
      for (let g = 0; g < plan.groups; g++)
        for (let row = 0; row < plan.cout * parts; row++)
          for (let c = 0; c < plan.cin * parts; c++) {
            const [o, part] = [Math.floor(row / parts), row % parts];
            const [channel, of] = [Math.floor(c / parts), c % parts];
            const element = at(kernel.batch, o) + at(kernel.group, g) + at(kernel.channel, channel) - first;
            const source = address + (element * parts + (part ^ of)) * real;
            const scale = part === of ? 1 : part === 0 ? -sign : sign;
            const block = weights + g * bytes + Math.floor(row / outputs) * count * outputs * real;
            const target = block + (c * taps * outputs + (row % outputs)) * real;
            sum += exports.pack(target, places[p] as number, taps, source, scale);
          }
    // A tap that is not finite would turn the strip's gaps into NaN.
    this.isFinite = Number.isFinite(sum);
  }

  *steps(signal: Operand, out: Output): Steps {
    if (!this.isFinite) return "refused";
    const { plan, parts } = this;
    const layout = `${layoutOf(signal)} ${layoutOf(out)}`;
    const work = this.signalWork.get(layout, () => this.layOutSignal(signal, out));
    clearUncomputed(plan, out);
    yield* this.crew.run(work, { input: signal.view, output: out, parts });
    return "done";
  }

  dispose(): void {
    this.crew.dispose();
  }

  /** How many strips a task winds. */
  private get strips(): number {
    return this.plan.cin * this.planes * this.parts;
  }

  private layOutPhase(axes: AxisPhase[], reach: number): Laid {
    const { plan, instance, planes, numbers, parts } = this;
    const { exports, real } = instance;
    const last = axes.length - 1;
    const advance = advanceOf(at(plan.axes, last));
    const taps = tapsOf(axes, planes, advance);
    const lags = taps.map(({ index, plane }) =>
      index.reduce(
        (lag, k, d) => {
          const { sample, sampleEvery } = at(axes, d);
          const i = sample - sampleEvery * k;
          return lag + at(plan.stride, d) * (d < last ? i : Math.floor(i / advance));
        },
        reach - plan.first + plane * parts * numbers,
      ),
    );
    const channels = plan.cin * parts;
    const count = channels * taps.length;
    const address = instance.allocate(4 * count);
    const words = instance.words(address, count);
    for (let c = 0; c < channels; c++) {
      const strip = (Math.floor(c / parts) * planes * parts + (c % parts)) * numbers;
      for (const [k, lag] of lags.entries()) words[c * lags.length + k] = (strip + lag) * real;
    }
    const bytes = this.blocks * exports.OUTPUTS.value * count * real;
    const weights = instance.allocate(plan.groups * bytes);
    exports.clear(weights, plan.groups * bytes);
    return { axes, taps: taps.length, count, weights, bytes, lags: address, vectors: this.layOutVectors(axes) };
  }

  /** Vectors that cover the positions of a phase's outputs, segment by segment: each begins at the first output that the one before it does not reach. */
  private layOutVectors(axes: AxisPhase[]): [number, number][] {
    const { plan, instance, segment } = this;
    const { real, lanes } = instance;
    const lists = Array.from({ length: Math.ceil(plan.span / segment) }, (): number[] => []);
    let next = 0;
    forEachRow(axes, outputSteps(plan), (row) => {
      const end = row + at(axes, axes.length - 1).count;
      for (let p = Math.max(row, next); p < end; p = next) {
        const s = Math.floor(p / segment);
        at(lists, s).push((p - s * segment) * real);
        next = Math.min(p + lanes, (s + 1) * segment);
      }
    });
    return lists.map((list) => {
      // An even number of them: one more lies behind the segment.
      if (list.length % 2 === 1) list.push(segment * real);
      const address = instance.allocate(4 * list.length);
      instance.words(address, list.length).set(list);
      return [address, address + 4 * list.length];
    });
  }

  private layOutKernel(kernel: Operand): KernelWork {
    const { instance, plan, parts, planes } = this;
    const { first, last } = rangeOf(kernel.view);
    const count = last - first + 1;
    const address = instance.allocate(count * parts * instance.real);
    const origin = at(slabOffsets(plan, "w", kernel.stride), 0);
    const places = this.phases.map(({ axes }) => {
      const advance = advanceOf(at(plan.axes, axes.length - 1));
      const elements = tapsOf(axes, planes, advance).map(({ index }) =>
        index.reduce((element, k, d) => {
          const { tap, tapEvery } = at(axes, d);
          return element + (tap + tapEvery * k) * at(kernel.stride, d);
        }, origin),
      );
      const list = instance.allocate(4 * elements.length);
      instance.words(list, elements.length).set(elements.map((element) => element * parts * instance.real));
      return list;
    });
    return { copy: ["load", first, count, address], places };
  }

  private layOutSignal(signal: Operand, out: Output): Work {
    const { plan, parts, instance, segment, numbers, planes, crew } = this;
    const { real, lanes } = instance;
    const element = parts * real;
    const stripBytes = numbers * real;
    const planeAxes = indices(planes).map((plane) => this.planeAxes(signal, plane));
    const phaseAxes = this.phases.map(({ axes }) => this.phaseAxes(out, axes));
    const inLists = planeAxes.map((axes) => writeAxes(instance, axes, element));
    const outLists = phaseAxes.map((axes) => writeAxes(instance, axes, element));
    const starts = indices(Math.ceil(plan.span / segment)).map((s) => s * segment);
    // One thread goes along the strip: what the lags reach before a segment is still there from the last, and moves to the front.
    const kept = (t: number) => (crew.size === 1 && t > 0 ? this.kept : 0);
    const xOrigin = at(slabOffsets(plan, "x", signal.stride), 0);
    const yOrigin = at(slabOffsets(plan, "out", out.stride), 0);
    const rounds = indices(plan.groups).flatMap((g) =>
      indices(plan.batch).flatMap((b) => starts.map((t, s) => ({ g, b, t, s }))),
    );
    type Round = (typeof rounds)[number];
    const inputOf = ({ g, b, t }: Round, c: number, plane: number) => {
      const slice = at(signal.batch, b) + at(signal.group, g) + at(signal.channel, c);
      const offset = xOrigin + slice + plane * at(signal.stride, plan.axes.length - 1);
      const r = this.kept - lanes - kept(t) - plan.first - t;
      return inputPiece(at(planeAxes, plane), offset, r, 0, numbers - kept(t));
    };
    const outputOf = ({ g, b, t }: Round, o: number, p: number) => {
      const slice = at(out.batch, b) + at(out.group, g) + at(out.channel, o);
      const { axes } = at(this.phases, p);
      const offset = axes.reduce((sum, { first }, d) => sum + first * at(out.stride, d), yOrigin + slice);
      return outputPiece(at(phaseAxes, p), offset, -t, 0, segment);
    };
    const inputs = (round: Round) =>
      indices(plan.cin).flatMap((c) => indices(planes).map((plane) => inputOf(round, c, plane)));
    const outputs = (round: Round) =>
      indices(this.phases.length).flatMap((p) => indices(plan.cout).map((o) => outputOf(round, o, p)));
    const xs = Carrier.in(crew, {
      operand: signal,
      axes: at(planeAxes, 0),
      parts,
      pieces: rounds.flatMap(inputs),
      perTask: plan.cin * planes,
    });
    const ys = Carrier.out(crew, {
      operand: out,
      axes: at(phaseAxes, 0),
      parts,
      pieces: rounds.flatMap(outputs),
      perTask: plan.cout * this.phases.length,
    });
    const { OUTPUTS } = instance.exports;
    const strips = local(0);
    const y = local(roundUp(this.strips * stripBytes, 64));
    const yBytes = roundUp((segment + lanes) * real, 16);
    // `wind` writes Σ |x|, which nobody needs: what is not finite in x meets the outputs that it belongs to, and no others.
    const sum = local(roundUp(this.strips * stripBytes, 64) + OUTPUTS.value * yBytes);
    const own = crew.allocateLocal(localOffset(sum) + 8);
    const wound = (round: Round): Task =>
      inputs(round).flatMap((piece, n): Task => {
        const { transfer, address } = xs.place(piece);
        const { address: axes, rank } = at(inLists, n % planes);
        const strip = strips + n * parts * stripBytes;
        const skipped = kept(round.t);
        const moved = skipped === 0 ? [] : indices(parts).map((part) => strip + part * stripBytes);
        const [rest, size] = [strip + skipped * real, numbers - skipped];
        return [
          ...transfer,
          ...moved.map((to): Call => ["move", to, to + segment * real, skipped * real]),
          ["wind", parts - 1, rest, stripBytes, size, piece.r, address, axes, rank, this.scales, sum],
        ];
      });
    const summed = (round: Round): Task =>
      this.phases.flatMap(({ count, weights, bytes, lags, vectors }, p): Task => {
        const [from, end] = at(vectors, round.s);
        const { address: axes, rank } = at(outLists, p);
        return indices(this.blocks).flatMap((block): Task => {
          const w = weights + round.g * bytes + block * OUTPUTS.value * count * real;
          const each = OUTPUTS.value / parts;
          const channels = indices(plan.cout).slice(block * each, (block + 1) * each);
          return [
            ["tiles", y, yBytes, strips, lags, w, count, from, end],
            ...channels.flatMap((o, n): Task => {
              const piece = outputOf(round, o, p);
              const { transfer, address } = ys.place(piece);
              const strip = y + n * parts * yBytes;
              return [["unwind", parts - 1, strip, yBytes, 0, segment, piece.r, address, axes, rank], ...transfer];
            }),
          ];
        });
      });
    return {
      before: [...xs.before, ...ys.before],
      phases: [rounds.map((round) => [...wound(round), ...summed(round)])],
      after: ys.after,
      local: own,
    };
  }

  /** The samples of a plane. */
  private planeAxes({ stride }: Operand, plane: number): HelixAxis[] {
    const { axes, stride: steps } = this.plan;
    const last = axes.length - 1;
    return mergeAxes(
      axes.map((axis, d) => ({
        count: d < last ? axis.x.size : samplesOfPlane(axes, plane),
        stride: at(stride, d) * (d < last ? 1 : advanceOf(axis)),
        step: at(steps, d),
      })),
    );
  }

  /** The outputs of a phase. */
  private phaseAxes({ stride }: Output, phase: readonly AxisPhase[]): HelixAxis[] {
    const steps = outputSteps(this.plan);
    return mergeAxes(
      phase.map(({ every, count }, d) => ({ count, stride: every * at(stride, d), step: at(steps, d) })),
    );
  }
}

interface Tap {
  /** Its number along each axis, among those of the phase. */
  index: number[];
  plane: number;
}

/** The taps of a phase that meet a plane. */
function tapsOf(axes: readonly AxisPhase[], planes: number, advance: number): Tap[] {
  const indexes = axes.reduce<number[][]>(
    (list, { taps }) => list.flatMap((index) => indices(taps).map((k) => [...index, k])),
    [[]],
  );
  const { sample, sampleEvery } = at(axes, axes.length - 1);
  return indexes.flatMap((index) => {
    const i = sample - sampleEvery * at(index, index.length - 1);
    const plane = i - advance * Math.floor(i / advance);
    return plane < planes ? [{ index, plane }] : [];
  });
}

/** Calls `visit(position)` for each row of outputs. */
function forEachRow(axes: readonly AxisPhase[], steps: readonly number[], visit: (position: number) => void): void {
  const walk = (d: number, position: number): void => {
    if (d === axes.length - 1) visit(position);
    else for (let t = 0; t < at(axes, d).count; t++) walk(d + 1, position + t * at(steps, d));
  };
  walk(0, 0);
}

const indices = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const roundUp = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;
