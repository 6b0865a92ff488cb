// Where the elements of an operand's slices come to lie in memory, and the axis lists by which assembly/helix.ts walks them.
import { rangeOf, type View } from "../../ndarray.js";
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import { elementsBefore, type HelixAxis, innerAxes, isPacked, reachOf, touched, type Which } from "../helixAxes.js";
import { clear } from "../zero.js";
import type { Crew } from "./crew.js";
import type { Instance } from "./instance.js";
import { load, type Task, type Transfer } from "./tasks.js";

/** The wound axes of an operand, as few as walk it. */
export const walkedAxes = (plan: Plan, operand: Operand, which: Which): HelixAxis[] =>
  mergeAxes(innerAxes(plan, operand, which));

/** Axes of one element are left out, and neighbours that are contiguous on both sides become one; at least one stays. */
export function mergeAxes(axes: readonly HelixAxis[]): HelixAxis[] {
  const merged: HelixAxis[] = [];
  for (const axis of axes) {
    const outer = merged.at(-1);
    if (axis.count === 1) continue;
    if (outer && outer.stride === axis.count * axis.stride && outer.step === axis.count * axis.step)
      merged[merged.length - 1] = { ...axis, count: outer.count * axis.count };
    else merged.push(axis);
  }
  return merged.length > 0 ? merged : [{ count: 1, stride: 1, step: 1 }];
}

export interface AxisList {
  address: number;
  rank: number;
}

/** Writes axes to memory; an element has `bytes`. */
export function writeAxes(instance: Instance, axes: readonly HelixAxis[], bytes: number): AxisList {
  const address = instance.allocate(axes.length * instance.exports.AXIS.value);
  const fields = axes.flatMap(({ count, stride, step }, d) => [
    count,
    stride * bytes,
    step,
    reachOf(axes.slice(d + 1)),
  ]);
  instance.words(address, fields.length).set(fields);
  return { address, rank: axes.length };
}

/** What tasks depend on: how an operand lies in its array, whatever the array holds. */
export const layoutOf = ({ view, batch, group, channel, stride }: Operand): string =>
  `${view.shape}/${view.stride}/${view.offset}/${batch}/${group}/${channel}/${stride}`;

/** A stretch of an operand's elements. */
interface Touched {
  first: number;
  count: number;
}

/** A slab of an operand, or what of it falls into a buffer. */
export interface Piece {
  /** Number of the slab's first element in the buffer; it may lie before or behind it. */
  r: number;
  /** The slab's first element. */
  offset: number;
  touched: Touched;
}

/** A slab whose elements from number `low` on and before `high` are read. */
export function inputPiece(axes: readonly HelixAxis[], offset: number, r: number, low: number, high: number): Piece {
  const [first, last] = touched(axes, low - r, high - r) ?? [0, -1];
  return { r, offset, touched: { first: offset + first, count: last - first + 1 } };
}

/** A slab whose elements from number `low` on and before `high` are written; they lie together if the axes are packed. */
export function outputPiece(axes: readonly HelixAxis[], offset: number, r: number, low: number, high: number): Piece {
  const before = elementsBefore(axes, low - r);
  return { r, offset, touched: { first: offset + before, count: elementsBefore(axes, high - r) - before } };
}

/** How often, on average, an element may be copied. */
const MOST_COPIES = 2.5;

/** Memory of the only thread: the strip, and what is free while a piece waits to be wound, and once it is unwound. */
export interface Room {
  strip: number;
  address: number;
  bytes: number;
}

/** How an operand lies in its array, and the pieces of it that tasks move. */
export interface Load {
  operand: Operand;
  axes: readonly HelixAxis[];
  parts: 1 | 2;
  pieces: readonly Piece[];
  /** How many pieces a task has. */
  perTask: number;
}

/**
 * How the pieces of an operand get into memory, or out of it. If they do not overlap much, each is copied by itself, before or after its task,
 * otherwise the operand as a whole. One thread needs a place for one piece, which stays in the cache; several take places in turn, enough
 * for the tasks that are under way.
 */
export class Carrier {
  readonly axes: AxisList;
  private readonly element: number;
  private readonly pieceBytes: number;
  private readonly places: number;
  private next = 0;
  private readonly base: number;
  /** The strip on which pieces lie as they are, each one row of it, so that they need no other place. */
  private readonly strip: number | undefined;
  private readonly whole: { first: number; count: number };

  private constructor(
    crew: Crew,
    private readonly action: "load" | "save",
    { operand, axes, parts, pieces, perTask }: Load,
    private readonly apart: boolean,
    room?: Room,
  ) {
    const { instance } = crew;
    const alone = crew.size === 1;
    this.element = parts * instance.real;
    this.axes = writeAxes(instance, axes, this.element);
    const { first, last } = rangeOf(operand.view);
    this.whole = { first, count: last - first + 1 };
    const isRow = parts === 1 && axes.length === 1 && axes[0]?.stride === 1 && axes[0].step === 1;
    this.strip = apart && alone && isRow ? room?.strip : undefined;
    const largest = pieces.reduce((most, { touched }) => Math.max(most, touched.count), 1);
    // Of cache lines of their own, so that threads do not write to the same ones.
    this.pieceBytes = Math.ceil((largest * this.element) / 64) * 64;
    this.places = alone ? 1 : Math.min(pieces.length, crew.window * perTask);
    const bytes = apart ? this.places * this.pieceBytes : this.whole.count * this.element;
    if (this.strip !== undefined) this.base = this.strip;
    else if (apart && alone && room && bytes <= room.bytes) this.base = room.address;
    else this.base = instance.allocate(bytes);
  }

  static in(crew: Crew, load: Load, room?: Room): Carrier {
    const { first, last } = rangeOf(load.operand.view);
    const touched = load.pieces.reduce((sum, piece) => sum + piece.touched.count, 0);
    return new Carrier(crew, "load", load, touched <= MOST_COPIES * (last - first + 1), room);
  }

  static out(crew: Crew, load: Load, room?: Room): Carrier {
    return new Carrier(crew, "save", load, isPacked(load.axes), room);
  }

  /** What is done before all tasks, and after them, if the operand is copied as a whole. What no task writes is zero. */
  get before(): Task {
    if (this.apart) return [];
    const { first, count } = this.whole;
    return this.action === "load" ? [["load", first, count, this.base]] : [["clear", this.base, count * this.element]];
  }

  get after(): Task {
    const { first, count } = this.whole;
    return this.apart || this.action === "load" ? [] : [["save", first, count, this.base]];
  }

  /** A place for the next piece: what copies it there, or from there, and the address of the slab's first element, there or not. */
  place({ r, offset, touched: { first, count } }: Piece): { transfer: Transfer[]; address: number } {
    if (!this.apart) return { transfer: [], address: this.base + (offset - this.whole.first) * this.element };
    const place =
      this.strip === undefined
        ? this.base + (this.next++ % this.places) * this.pieceBytes
        : this.strip + (r + first - offset) * this.element;
    return {
      transfer: count > 0 ? [[this.action, first, count, place]] : [],
      address: place + (offset - first) * this.element,
    };
  }
}

/** Zeros in a result of which the plan computes only a part. */
export function clearUncomputed({ axes, batch, groups, cout }: Plan, out: Output): void {
  const computed = axes.reduce((n, axis) => n * axis.out.size, batch * groups * cout);
  if (computed < out.view.shape.reduce((product, n) => product * n, 1)) clear(out);
}

/** All elements of an operand; the address that element 0 would have. */
export function stageWhole(instance: Instance, view: View, parts: 1 | 2): number {
  const { first, last } = rangeOf(view);
  const element = parts * instance.real;
  const address = instance.allocate((last - first + 1) * element);
  load(instance, view, ["load", first, last - first + 1, address], parts);
  return address - first * element;
}
