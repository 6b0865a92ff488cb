// Direct sums along the strip: y[t] = Σ_k w_k x[t - lag_k], every tap one multiply-add; see assembly/direct.ts. The strip is taken in
// segments, so that what is wound stays in the cache: a segment of outputs needs as much of x, and what the lags reach before it.
import { rangeOf } from "../../ndarray.js";
import { segmentsOf } from "../../plan/cost.js";
import type { Output } from "../backend.js";
import { reachOf } from "../helixAxes.js";
import type { Steps } from "../stepped.js";
import type { Work } from "./crew.js";
import { Direct, type Side } from "./direct.js";
import { Kept } from "./kept.js";
import {
  type AxisList,
  Carrier,
  clearUncomputed,
  inputPiece,
  layoutOf,
  outputPiece,
  walkedAxes,
  writeAxes,
} from "./staging.js";
import { type Call, load, local, type Task, type Transfer } from "./tasks.js";

/** The taps of a group, an output and an input channel: a table in memory, and the first of them in the copy of the array. */
interface Table {
  address: number;
  array: number;
}

/** All that is laid out for arrays of one layout. */
interface Layout extends Work {
  /** The copy of the taps' array, and the axes along which it is walked. */
  copy: Transfer;
  axes: AxisList;
  tables: Table[];
  /** Where the sums of |x| of what is wound are, and how many. */
  sums: number;
  count: number;
}

export class Strip extends Direct {
  private readonly kept = new Kept<Layout>(this.crew);

  protected *compute(taps: Side, samples: Side, out: Output): Steps {
    const layout = [taps.operand, samples.operand, out].map(layoutOf).join(" ");
    const laid = this.kept.get(layout, () => this.layOut(taps, samples, out));
    const finite = yield* this.pass(laid, taps, samples, out, false);
    if (finite !== "zeros") return finite;
    // 0 · NaN is NaN: as x is not finite, the taps of zero count.
    const all = yield* this.pass(laid, taps, samples, out, true);
    return all === "zeros" ? "refused" : all;
  }

  /** Computes everything; without `zeros`, zero taps are left out, and "zeros" says that they may not be. */
  private *pass(
    laid: Layout,
    taps: Side,
    samples: Side,
    out: Output,
    zeros: boolean,
  ): Generator<number, "done" | "refused" | "zeros"> {
    const { plan, parts, instance } = this;
    const taken = this.gather(laid, taps, zeros);
    if (taken === "not finite") return "refused";
    clearUncomputed(plan, out);
    yield* this.crew.run(laid, { input: samples.operand.view, output: out, parts });
    const finite = instance.doubles(laid.sums, laid.count).every(Number.isFinite);
    return taken === "without zeros" && !finite ? "zeros" : "done";
  }

  private layOut(taps: Side, samples: Side, out: Output): Layout {
    const { instance, plan, parts } = this;
    const { exports, real } = instance;
    const laid = this.layOutTables(taps);
    const reach = reachOf(taps.axes);
    // Segments of equal length, as a last one that is nearly empty would cost as much as the others.
    const segment = roundUp(plan.span / segmentsOf(plan.span, reach), exports.TILE.value);
    const numbers = reach + segment;
    const starts = Array.from({ length: Math.ceil(plan.span / segment) }, (_, k) => k * segment);
    const yAxes = walkedAxes(plan, out, "out");
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
            const table = laid.tables[(g * outers.length + i) * plan.cin + c] as Table;
            const x = strips + c * stripBytes + reach * real;
            return parts === 2
              ? ["directComplex", y, segment * real, x, numbers * real, table.address, segment, c]
              : ["directReal", y, x, table.address, segment, c];
          }),
          ["unwind", parts - 1, y, segment * real, 0, segment, piece.r, address, axes.address, axes.rank],
          ...transfer,
        ];
      });
      return [...wound, ...summed];
    });
    return {
      ...laid,
      before: [...xs.before, ...ys.before],
      phases: [tasks],
      after: ys.after,
      local: own,
      sums,
      count: inputs.length,
    };
  }

  /** Room for the taps of every group, output and input channel. */
  private layOutTables({ operand, axes, offset }: Side): Pick<Layout, "copy" | "axes" | "tables"> {
    const { instance, plan, parts } = this;
    const element = parts * instance.real;
    const { first, last } = rangeOf(operand.view);
    const count = last - first + 1;
    const place = instance.allocate(count * element);
    const list = writeAxes(instance, axes, element);
    const { TAP, TABLE } = instance.exports;
    const bytes = TABLE.value + axes.reduce((n, axis) => n * axis.count, TAP.value);
    const tables: Table[] = [];
    for (let g = 0; g < plan.groups; g++)
      for (let i = 0; i < operand.batch.length; i++)
        for (let c = 0; c < plan.cin; c++)
          tables.push({ address: instance.allocate(bytes), array: place + (offset(i, g, c) - first) * element });
    return { copy: ["load", first, count, place], axes: list, tables };
  }

  /** Fills the tables, with taps of zero or without. A tap that is not finite would turn the strip's gaps into NaN. */
  private gather({ copy, axes, tables }: Layout, taps: Side, zeros: boolean): "all" | "without zeros" | "not finite" {
    const { instance, parts } = this;
    const { exports, real } = instance;
    const [bytes, head] = [exports.TAP.value, exports.TABLE.value];
    const most = taps.axes.reduce((n, { count }) => n * count, bytes);
    load(instance, taps.operand.view, copy, parts);
    let skipped = false;
    for (const { address, array } of tables) {
      const first = address + head;
      const end = exports.gather(first, 0, array, axes.address, axes.rank, parts - 1, taps.sign, zeros ? 1 : 0) >>> 0;
      instance.words(address, 1)[0] = end;
      skipped ||= end - first < most;
      const values = instance.reals(first, (end - first) / real);
      for (let k = 8 / real; k < values.length; k += bytes / real)
        if (!Number.isFinite(values[k]) || !Number.isFinite(values[k + 1])) return "not finite";
    }
    return skipped ? "without zeros" : "all";
  }
}

const indices = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const roundUp = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;
