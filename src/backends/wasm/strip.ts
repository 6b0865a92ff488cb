// Direct sums along the strip: y[t] = Σ_k w_k x[t - lag_k], every tap one multiply-add; see assembly/direct.ts. The strip is taken in
// segments, so that what is wound stays in the cache: a segment of outputs needs as much of x, and what the lags reach before it.
import { segmentsOf } from "../../plan/cost.js";
import type { Output } from "../backend.js";
import type { Steps } from "../stepped.js";
import { Direct, type Side } from "./direct.js";
import {
  Carrier,
  clearUncomputed,
  innerAxes,
  inputPiece,
  outputPiece,
  reachOf,
  stageWhole,
  writeAxes,
} from "./staging.js";
import { type Call, local, type Task } from "./tasks.js";

/** A table of taps in memory. */
interface Table {
  address: number;
  end: number;
}

export class Strip extends Direct {
  protected *compute(taps: Side, samples: Side, out: Output): Steps {
    const finite = yield* this.pass(taps, samples, out, false);
    if (finite !== "zeros") return finite;
    // 0 · NaN is NaN: as x is not finite, the taps of zero count.
    const all = yield* this.pass(taps, samples, out, true);
    return all === "zeros" ? "refused" : all;
  }

  /** Computes everything; without `zeros`, zero taps are left out, and "zeros" says that they may not be. */
  private *pass(
    taps: Side,
    samples: Side,
    out: Output,
    zeros: boolean,
  ): Generator<number, "done" | "refused" | "zeros"> {
    const { instance, plan, parts } = this;
    const { exports, real } = instance;
    const mark = instance.mark();
    try {
      const tables = this.gather(taps, zeros);
      if (!tables.every((table) => this.isFinite(table))) return "refused";
      clearUncomputed(plan, out);
      const reach = reachOf(taps.axes);
      // Segments of equal length, as a last one that is nearly empty would cost as much as the others.
      const segment = roundUp(plan.span / segmentsOf(plan.span, reach), exports.TILE.value);
      const numbers = reach + segment;
      const starts = Array.from({ length: Math.ceil(plan.span / segment) }, (_, k) => k * segment);
      const yAxes = innerAxes(plan, out, "out");
      // One thread goes along the strip: what the lags reach before a segment is still there from the last, and moves to the front.
      const kept = (t: number) => (this.crew.size === 1 && t > 0 ? reach : 0);
      const inputOf = (s: number, g: number, c: number, t: number) =>
        inputPiece(samples.axes, samples.offset(s, g, c), reach - kept(t) - plan.first - t, 0, numbers - kept(t));
      const outputOf = (i: number, s: number, g: number, t: number) =>
        outputPiece(yAxes, this.outputOffset(out, i, s, g), -t, 0, segment);
      const rounds = indices(plan.groups).flatMap((g) =>
        indices(samples.operand.batch.length).flatMap((s) => starts.map((t) => ({ g, s, t }))),
      );
      const channels = indices(plan.cin);
      const outers = indices(taps.operand.batch.length);
      const inputs = rounds.flatMap(({ g, s, t }) => channels.map((c) => inputOf(s, g, c, t)));
      const outputs = rounds.flatMap(({ g, s, t }) => outers.map((i) => outputOf(i, s, g, t)));
      const [operand, axes] = [samples.operand, samples.axes];
      const xs = Carrier.in(this.crew, { operand, axes, parts, pieces: inputs, perTask: plan.cin });
      const ys = Carrier.out(this.crew, { operand: out, axes: yAxes, parts, pieces: outputs, perTask: outers.length });
      const stripBytes = roundUp(numbers * parts * real, 64);
      const strips = local(0);
      const y = local(plan.cin * stripBytes);
      const own = this.crew.allocateLocal(plan.cin * stripBytes + segment * parts * real);
      const scales = instance.allocate(2 * real);
      instance.reals(scales, 2).set([1, samples.sign]);
      const sums = instance.allocate(8 * inputs.length);
      const tasks = rounds.map(({ g, s, t }, n): Task => {
        const wound = channels.flatMap((c): Task => {
          const piece = inputOf(s, g, c, t);
          const { transfer, address } = xs.place(piece);
          const { axes } = xs;
          const [strip, sum] = [strips + c * stripBytes, sums + 8 * (n * plan.cin + c)];
          const rest = strip + kept(t) * real;
          const planes = kept(t) === 0 ? [] : indices(parts).map((plane) => strip + plane * numbers * real);
          return [
            ...transfer,
            ...planes.map((plane): Call => ["move", plane, plane + segment * real, reach * real]),
            [
              "wind",
              parts - 1,
              rest,
              numbers * real,
              numbers - kept(t),
              piece.r,
              address,
              axes.address,
              axes.rank,
              scales,
              sum,
            ],
          ];
        });
        const summed = outers.flatMap((i): Task => {
          const piece = outputOf(i, s, g, t);
          const { transfer, address } = ys.place(piece);
          const { axes } = ys;
          return [
            ...channels.map((c): Call => {
              const table = tables[(g * outers.length + i) * plan.cin + c] as Table;
              const x = strips + c * stripBytes + reach * real;
              return parts === 2
                ? ["directComplex", y, segment * real, x, numbers * real, table.address, table.end, segment, c]
                : ["directReal", y, x, table.address, table.end, segment, c];
            }),
            ["unwind", parts - 1, y, segment * real, 0, segment, piece.r, address, axes.address, axes.rank],
            ...transfer,
          ];
        });
        return [...wound, ...summed];
      });
      const work = { before: [...xs.before, ...ys.before], phases: [tasks], after: ys.after, local: own };
      yield* this.crew.run(work, { input: samples.operand.view, output: out, parts });
      const skipped = !zeros && tables.some(({ address, end }) => end - address < this.tableBytes(taps));
      const finite = instance.doubles(sums, inputs.length).every(Number.isFinite);
      return skipped && !finite ? "zeros" : "done";
    } finally {
      instance.release(mark);
    }
  }

  /** The taps of every group, output and input channel. */
  private gather(taps: Side, zeros: boolean): Table[] {
    const { instance, plan, parts } = this;
    const element = parts * instance.real;
    const kernel = stageWhole(instance, taps.operand.view, parts);
    const { address, rank } = writeAxes(instance, taps.axes, element);
    const tables: Table[] = [];
    for (let g = 0; g < plan.groups; g++)
      for (let i = 0; i < taps.operand.batch.length; i++)
        for (let c = 0; c < plan.cin; c++) {
          const table = instance.allocate(this.tableBytes(taps));
          const array = kernel + taps.offset(i, g, c) * element;
          const end = instance.exports.gather(table, 0, array, address, rank, parts - 1, taps.sign, zeros ? 1 : 0);
          tables.push({ address: table, end: end >>> 0 });
        }
    return tables;
  }

  private tableBytes(taps: Side): number {
    return taps.axes.reduce((n, { count }) => n * count, this.instance.exports.TAP.value);
  }

  /** A tap that is not finite would turn the strip's gaps into NaN. */
  private isFinite({ address, end }: Table): boolean {
    const { exports, real } = this.instance;
    const values = this.instance.reals(address, (end - address) / real);
    for (let k = 8 / real; k < values.length; k += exports.TAP.value / real) {
      if (!Number.isFinite(values[k]) || !Number.isFinite(values[k + 1])) return false;
    }
    return true;
  }
}

const indices = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const roundUp = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;
