// Direct sums. One operand's samples are the taps; the other is wound on a strip (Strip), or walked row by row (Rows).
import type { Hold, Plan, Range } from "../../plan/plan.js";
import { gcd } from "../../plan/trim.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import { Stepped, type Steps } from "../stepped.js";
import { type Instance, Layout } from "./instance.js";
import { type AxisList, collect, type Staged, sliceAddress, stage, stageOutput, writeAxes } from "./staging.js";

/** Multiply-adds between two yields: some milliseconds. */
const STEP = 2e7;

/** An axis in terms of taps and samples, whichever operand they are. */
interface Oriented {
  taps: Range;
  samples: Range;
  tapStep: number;
  sampleStep: number;
}

/** What Strip and Rows share: the roles of both operands, and the loop over slices. */
abstract class Direct extends Stepped {
  protected readonly axes: readonly Oriented[];
  protected readonly parts: number;
  private readonly fixed: number;
  private kernel: Staged | undefined;
  private kernelOperand: Operand | undefined;

  constructor(
    protected readonly instance: Instance,
    private readonly release: () => void,
    protected readonly plan: Plan,
    private readonly hold: Hold,
  ) {
    super();
    this.parts = plan.field === "complex" ? 2 : 1;
    this.axes = plan.axes.map(({ u, v, x, w }) =>
      hold === "w"
        ? { taps: w, samples: x, tapStep: v, sampleStep: u }
        : { taps: x, samples: w, tapStep: u, sampleStep: v },
    );
    this.fixed = instance.mark();
  }

  setKernel(kernel: Operand): void {
    this.instance.release(this.fixed);
    this.kernel = stage(this.instance, this.plan, kernel.view);
    this.kernelOperand = kernel;
  }

  dispose(): void {
    this.release();
  }

  protected *steps(signal: Operand, out: Output): Steps {
    const { instance, plan, kernel, kernelOperand } = this;
    if (!kernel || !kernelOperand) throw new Error("setKernel comes before run");
    const mark = instance.mark();
    try {
      const x = { staged: stage(instance, plan, signal.view), operand: signal, conj: plan.conj.x };
      const w = { staged: kernel, operand: kernelOperand, conj: plan.conj.w };
      const y = stageOutput(instance, plan, out);
      const [taps, samples] = this.hold === "w" ? [w, x] : [x, w];
      if ((yield* this.slices(taps, samples, y, out)) === "refused") return "refused";
      collect(instance, y, out);
      return "done";
    } finally {
      instance.release(mark);
    }
  }

  /** Fills y for every batch, group and output channel. */
  protected abstract slices(taps: Side, samples: Side, y: Staged, out: Output): Steps;

  /** Where the outputs go of the i-th taps, s-th samples, in group g. */
  protected outputAddress(y: Staged, out: Output, i: number, s: number, g: number): number {
    const [b, o] = this.hold === "w" ? [s, i] : [i, s];
    const ranges = this.plan.axes.map((axis) => axis.out);
    return sliceAddress(y, out, ranges, at(out.batch, b) + at(out.group, g) + at(out.channel, o));
  }

  protected tapsAddress({ staged, operand }: Side, i: number, g: number, c: number): number {
    const ranges = this.axes.map(({ taps }) => taps);
    return sliceAddress(staged, operand, ranges, at(operand.batch, i) + at(operand.group, g) + at(operand.channel, c));
  }

  protected samplesAddress({ staged, operand }: Side, s: number, g: number, c: number): number {
    const ranges = this.axes.map(({ samples }) => samples);
    return sliceAddress(staged, operand, ranges, at(operand.batch, s) + at(operand.group, g) + at(operand.channel, c));
  }

  protected axisList({ staged, operand }: Side, which: "taps" | "samples"): AxisList {
    const step = { taps: "tapStep", samples: "sampleStep" } as const;
    return writeAxes(
      this.instance,
      this.axes.map((axis, d) => ({
        count: axis[which].size,
        stride: at(operand.stride, d) * staged.element,
        step: axis[step[which]] * at(this.plan.stride, d),
      })),
    );
  }

  protected outputAxes(y: Staged, out: Output): AxisList {
    return writeAxes(
      this.instance,
      this.plan.axes.map((axis, d) => ({
        count: axis.out.size,
        stride: at(out.stride, d) * y.element,
        step: axis.step * at(this.plan.stride, d),
      })),
    );
  }
}

/** An operand on its way through the loop. */
interface Side {
  staged: Staged;
  operand: Operand;
  conj: boolean;
}

/** y[t] = Σ_k w_k x[t - lag_k] along the strip, every tap one multiply-add; see assembly/direct.ts. */
export class Strip extends Direct {
  protected *slices(taps: Side, samples: Side, y: Staged, out: Output): Steps {
    const { instance, plan, axes, parts } = this;
    const { exports, real } = instance;
    const complex = plan.field === "complex";
    const layout = complex ? Layout.StripComplex : Layout.StripReal;
    const tile: number = exports.TILE.value;
    const span = Math.ceil(plan.span / tile) * tile;
    const position = (index: (axis: Oriented) => number) =>
      axes.reduce((sum, axis, d) => sum + index(axis) * at(plan.stride, d), 0);
    const maxLag = position(({ taps: range, tapStep }) => tapStep * (range.size - 1));
    const lastSample = position(({ samples: range, sampleStep }) => sampleStep * (range.size - 1));
    // The strip of x reaches from number `low`, which is 0 or negative, to what the last output and tile read.
    const low = Math.min(0, plan.first - maxLag);
    const numbers = Math.max(lastSample, plan.first + span - 1) + 1 - low;
    const vectors = instance.lanes * real * 2;
    const stripBytes = Math.ceil((numbers * parts * real) / vectors) * vectors;
    const strips = instance.allocate(plan.cin * stripBytes);
    const sums = instance.allocate(span * parts * real);
    const table = instance.allocate(axes.reduce((n, axis) => n * axis.taps.size, 1) * exports.TAP.value);
    const sampleAxes = this.axisList(samples, "samples");
    const tapAxes = this.axisList(taps, "taps");
    const outAxes = this.outputAxes(y, out);
    const chunk = tile * Math.max(1, Math.floor(STEP / tile / axes.reduce((n, axis) => n * axis.taps.size, 1)));
    const origin = (plan.first - low) * real;
    const slices = plan.groups * samples.operand.batch.length * taps.operand.batch.length * plan.cin;
    let done = 0;
    for (let g = 0; g < plan.groups; g++)
      for (let s = 0; s < samples.operand.batch.length; s++) {
        let finite = true;
        for (let c = 0; c < plan.cin; c++) {
          const strip = strips + c * stripBytes;
          exports.clear(strip, stripBytes);
          exports.wind(
            layout,
            strip,
            numbers,
            -low,
            this.samplesAddress(samples, s, g, c),
            sampleAxes.address,
            sampleAxes.rank,
            1,
            samples.conj ? -1 : 1,
          );
          finite &&= Number.isFinite(exports.sumOfMagnitudes(strip, stripBytes));
        }
        for (let i = 0; i < taps.operand.batch.length; i++) {
          exports.clear(sums, span * parts * real);
          for (let c = 0; c < plan.cin; c++) {
            const array = this.tapsAddress(taps, i, g, c);
            const end =
              exports.gather(
                table,
                0,
                array,
                tapAxes.address,
                tapAxes.rank,
                complex ? 1 : 0,
                taps.conj ? -1 : 1,
                finite ? 0 : 1,
              ) >>> 0;
            if (!this.tapsAreFinite(table, end)) return "refused";
            const x = strips + c * stripBytes + origin;
            for (let t = 0; t < span; t += chunk) {
              const length = Math.min(chunk, span - t);
              if (complex)
                exports.directComplex(sums + t * real, span * real, x + t * real, numbers * real, table, end, length);
              else exports.directReal(sums + t * real, x + t * real, table, end, length);
              yield (done + (t + length) / span) / slices;
            }
            done++;
          }
          exports.unwind(layout, sums, span, 0, this.outputAddress(y, out, i, s, g), outAxes.address, outAxes.rank);
        }
      }
    return "done";
  }

  /** A tap that is not finite would turn the strip's gaps into NaN. */
  private tapsAreFinite(table: number, end: number): boolean {
    const { exports, real } = this.instance;
    const tap = exports.TAP.value / real;
    const values = this.instance.reals(table, (end - table) / real);
    for (let k = 8 / real; k < values.length; k += tap) {
      if (!Number.isFinite(values[k]) || !Number.isFinite(values[k + 1])) return false;
    }
    return true;
  }
}

/** The definition, row by row in float64; see assembly/direct.ts. */
export class Rows extends Direct {
  protected *slices(taps: Side, samples: Side, y: Staged, out: Output): Steps {
    const { instance, plan, axes, parts } = this;
    const { exports } = instance;
    const numbers = plan.axes.reduce((n, axis) => n * axis.out.size, parts);
    const sums = instance.allocate(8 * numbers);
    const sumStrides = plan.axes.map((_, d) =>
      plan.axes.slice(d + 1).reduce((n, axis) => n * axis.out.size, 8 * parts),
    );
    const outAxes = this.outputAxes(y, out);
    const list = this.writeRows(taps, samples, sumStrides);
    const outer = axes[0] as Oriented;
    const outerStride = at(taps.operand.stride, 0) * taps.staged.element;
    const total = plan.groups * samples.operand.batch.length * taps.operand.batch.length * plan.cin * outer.taps.size;
    let done = 0;
    for (let g = 0; g < plan.groups; g++)
      for (let s = 0; s < samples.operand.batch.length; s++)
        for (let i = 0; i < taps.operand.batch.length; i++) {
          exports.clear(sums, 8 * numbers);
          for (let c = 0; c < plan.cin; c++)
            for (let j = 0; j < outer.taps.size; j++) {
              // One outermost tap at a time, so that a long sum can be interrupted.
              instance.words(list, 6).set([1], 0);
              instance.words(list, 6).set([(plan.axes[0]?.lo ?? 0) - outer.tapStep * j], 5);
              const w = this.tapsAddress(taps, i, g, c) + j * outerStride;
              const x = this.samplesAddress(samples, s, g, c);
              exports.rows(sums, w, x, list, axes.length, parts - 1, taps.conj ? -1 : 1, samples.conj ? -1 : 1);
              yield ++done / total;
            }
          exports.narrow(sums, this.outputAddress(y, out, i, s, g), outAxes.address, outAxes.rank, parts);
        }
    return "done";
  }

  /** The axes as `rows` reads them. */
  private writeRows(taps: Side, samples: Side, sumStrides: readonly number[]): number {
    const list = this.axes.flatMap((axis, d) => {
      const { lo, step, out } = this.plan.axes[d] as Plan["axes"][number];
      const common = gcd(axis.sampleStep, step);
      return [
        axis.taps.size,
        axis.samples.size,
        out.size,
        axis.tapStep,
        axis.sampleStep,
        lo,
        step,
        step / common,
        axis.sampleStep / common,
        at(taps.operand.stride, d) * taps.staged.element,
        at(samples.operand.stride, d) * samples.staged.element,
        at(sumStrides, d),
      ];
    });
    const address = this.instance.allocate(4 * list.length);
    this.instance.words(address, list.length).set(list);
    return address;
  }
}

const at = (list: readonly number[], i: number): number => list[i] as number;
