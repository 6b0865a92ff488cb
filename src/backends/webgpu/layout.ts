// How an FFT is laid out on workgroups, within a device's limits. Eight values a thread: a workgroup holds up to `most` points.
//
//   points <= most     whole: one workgroup; a convolution is one dispatch
//   points <= most²    split into COLUMN · ROW: a convolution is three dispatches
//
// With WebGPU's default limits, 256 invocations and 16 KiB, most is 2048 and most² 2^22.
import { oddRadices } from "../../plan/lengths.js";
import type { Odd } from "../../plan/plan.js";

export interface WorkgroupLimits {
  /** Threads of a workgroup. */
  invocations: number;
  /** Bytes of its memory. */
  memory: number;
}

/** Override constants of a pipeline (shaders/fft.wgsl, columns.wgsl). */
export type Constants = Record<string, number>;

export interface WholeLayout {
  kind: "whole";
  points: number;
  /** FFTs in a workgroup. */
  lanes: number;
  constants: Constants;
}

export interface SplitLayout {
  kind: "split";
  points: number;
  column: number;
  row: number;
  columnLanes: number;
  rowLanes: number;
  columns: Constants;
  rows: Constants;
}

export type Layout = WholeLayout | SplitLayout;

/** Longer FFTs in one workgroup leave too few of them for a GPU to work on. */
const MOST = 4096;
/** Points of a row that lie together, so that memory is read in whole sectors. */
const LANES = 16;
/** Threads below which several FFTs share a workgroup. */
const THREADS = 64;
/** Bytes of a point: both parts, or where they are exchanged one after the other, one. */
const BOTH = 8;
const ONE = 4;

/** Points of the longest FFT that a workgroup holds: a power of two. */
export function mostPoints({ invocations, memory }: WorkgroupLimits): number {
  return Math.min(MOST, powerOfTwo(8 * invocations), powerOfTwo(memory / ONE));
}

/** The longest circular convolution, in complex points. */
export const longest = (limits: WorkgroupLimits): number => mostPoints(limits) ** 2;

export function layoutOf(points: number, odd: Odd, real: boolean, limits: WorkgroupLimits): Layout {
  const most = mostPoints(limits);
  const REAL = real ? 1 : 0;
  const planes = (inUse: number) => (inUse * BOTH <= limits.memory ? 2 : 1);
  if (points <= most) {
    const lanes = powerOfTwo(Math.max(1, Math.min(most, 8 * THREADS) / points));
    const constants = { N: points, ROW: points, LANES: lanes, PLANES: planes(points * lanes), REAL, ...radices(odd) };
    return { kind: "whole", points, lanes, constants };
  }
  const twos = Math.log2(points / odd);
  const wanted = Math.ceil(Math.log2(points) / 2) + 1;
  const log2Row = Math.max(3, Math.min(Math.log2(most), wanted, twos - 3));
  const row = 2 ** log2Row;
  const column = points / row;
  if (column > most) throw new Error(`a transform of ${points} points does not fit into workgroups of ${most}`);
  const columnLanes = Math.min(LANES, row, powerOfTwo(most / column));
  const rowLanes = Math.min(powerOfTwo(column / odd), powerOfTwo(Math.max(1, (8 * THREADS) / row)));
  const both = { COLUMN: column, ROW: row, REAL };
  return {
    kind: "split",
    points,
    column,
    row,
    columnLanes,
    rowLanes,
    columns: {
      ...both,
      N: column,
      LANES: columnLanes,
      COLUMNS: 1,
      PLANES: planes(column * columnLanes),
      ...radices(odd),
    },
    rows: { ...both, N: row, LANES: rowLanes, PLANES: planes(row * rowLanes) },
  };
}

function radices(odd: Odd): Constants {
  const [ODD1 = 1, ODD2 = 1, ODD3 = 1] = oddRadices(odd);
  return { ODD1, ODD2, ODD3 };
}

/** The largest power of two that is not larger. */
const powerOfTwo = (n: number): number => 2 ** Math.floor(Math.log2(n));
