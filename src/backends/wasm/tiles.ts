// Direct sums in tiles of output channels by positions (assembly/tiles.ts), on strips of the samples of x (plan/tiles.ts). As in strip.ts the strips are
// taken in segments, which stay in the cache.
//
// A complex number counts as two channels, its parts: (a + ib)(c + id) = (ac - bd) + i(ad + bc), so each tap has four real weights.
import { rangeOf } from "../../ndarray.js";
import type { Plan } from "../../plan/plan.js";
import { slabOffsets } from "../../plan/slabs.js";
import { type AxisPhase, advanceOf, outputSteps, planesOf, samplesOfPlane, segmentLength } from "../../plan/tiles.js";
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
import { type Cut, type LaidPhase, layOutPhases, writePlaces } from "./tilePhases.js";

type Tiling = Extract<Plan["run"], { kind: "tiles" }>;

/** A kernel's copy, and for each phase where the places of its taps are. */
interface KernelWork {
  copy: Transfer;
  places: number[];
}

export class Tiles extends Stepped {
  private readonly instance: Instance;
  private readonly parts: 1 | 2;
  private readonly cut: Cut;
  /** How many numbers one segment's strip leaves to the next. */
  private readonly kept: number;
  private readonly phases: LaidPhase[];
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
    const planes = planesOf(plan.axes);
    const segment = segmentLength(plan.span, reach, plan.cin * planes * this.parts, instance.real);
    this.kept = reach + instance.lanes;
    const blocks = Math.ceil((this.parts * plan.cout) / instance.exports.OUTPUTS.value);
    this.cut = { reach, segment, numbers: segment + this.kept, planes, blocks };
    this.phases = layOutPhases(instance, plan, this.cut);
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
    for (const [p, { count, weights, bytes }] of this.phases.entries())
      for (let g = 0; g < plan.groups; g++)
        for (let row = 0; row < plan.cout * parts; row++) {
          const [o, part] = [Math.floor(row / parts), row % parts];
          const source = address + (at(kernel.batch, o) + at(kernel.group, g) - first) * parts * real;
          const block = weights + g * bytes + Math.floor(row / outputs) * count * outputs * real;
          const target = block + (row % outputs) * real;
          for (let of = 0; of < parts; of++) {
            const scale = part === of ? 1 : part === 0 ? -sign : sign;
            const half = count / parts;
            const to = target + of * half * outputs * real;
            sum += exports.pack(to, at(places, p), half, source + (part ^ of) * real, scale);
          }
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

  private layOutKernel(kernel: Operand): KernelWork {
    const { instance, plan, parts, cut } = this;
    const { first, last } = rangeOf(kernel.view);
    const count = last - first + 1;
    const address = instance.allocate(count * parts * instance.real);
    const places = this.phases.map(({ axes }) => writePlaces(instance, plan, axes, cut, kernel));
    return { copy: ["load", first, count, address], places };
  }

  private layOutSignal(signal: Operand, out: Output): Work {
    const { plan, parts, instance, crew } = this;
    const { segment, numbers, planes, blocks } = this.cut;
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
    const y = local(roundUp(plan.cin * planes * parts * stripBytes, 64));
    const yBytes = roundUp((segment + lanes) * real, 16);
    // `wind` writes Σ |x|, which nobody needs: what is not finite in x meets the outputs that it belongs to, and no others.
    const sum = local(roundUp(plan.cin * planes * parts * stripBytes, 64) + OUTPUTS.value * yBytes);
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
        return indices(blocks).flatMap((block): Task => {
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

const indices = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const roundUp = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;
