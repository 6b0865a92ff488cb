// How a problem is computed, as pure data: a backend only executes it.

/** Samples start, start + 1, …, start + size - 1. */
export interface Range {
  start: number;
  size: number;
}

/** One convolved axis after trimming: the samples that take part. `lo` counts from the first sample of x and of w that does. */
export interface AxisPlan {
  u: number;
  v: number;
  lo: number;
  step: number;
  x: Range;
  w: Range;
  out: Range;
  /** The axis's extent on the helix: its data and its gap. */
  pitch: number;
}

export type Method = "direct" | "fft";
export const methods: readonly Method[] = ["direct", "fft"];

/**
 * - `zero`: no sample of x and w meets an output.
 * - `strip`: one operand is wound, gaps and all, and every tap of the other is one multiply-add along it.
 * - `rows`: the definition, row by row; multiplies no gap, so neither operand need be finite.
 * - `spectral`: one circular convolution of `length` (real or complex numbers), 2^a times `odd`.
 */
export type Run =
  | { kind: "zero" }
  | { kind: "strip"; taps: Hold }
  | { kind: "rows"; taps: Hold }
  | { kind: "spectral"; ring: "cyclic" | "negacyclic"; length: number; odd: Odd; hold: Hold };

/** Which operand plays the kernel: its taps are enumerated, or its spectrum is kept. */
export type Hold = "w" | "x";

export type Odd = 1 | 3 | 5 | 9 | 15 | 27;

export interface Cost {
  flops: number;
  /** Bytes read and written. */
  traffic: number;
}

export interface Plan {
  version: 1;
  method: Method;
  precision: "f32" | "f64";
  field: "real" | "complex";
  conj: { x: boolean; w: boolean };
  batch: number;
  groups: number;
  cin: number;
  cout: number;
  axes: AxisPlan[];
  /** Helix stride of each axis, in elements. */
  stride: number[];
  /** Helix position of the first wanted output, and the length of the strip from it to the last. */
  first: number;
  span: number;
  /** A circular length that is enough, where one less is not, before rounding to one that transforms fast. */
  helix: number;
  run: Run;
  /** Working memory, bytes, inputs and output included. */
  bytes: number;
  cost: Cost;
}

/** Whether every output of every axis is computed; the others are zeros. */
export const isWhole = (plan: Plan, counts: readonly number[]): boolean =>
  plan.axes.every(({ out }, d) => out.size === counts[d]);
