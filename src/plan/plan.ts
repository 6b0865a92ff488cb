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

export type Method = "direct" | "fft" | "overlap-save" | "separable";
export const methods: readonly Method[] = ["direct", "fft", "overlap-save", "separable"];

/**
 * - `zero`: no sample of x and w meets an output.
 * - `strip`: one operand is wound, gaps and all, and every tap of the other is one multiply-add along it.
 * - `tiles`: x is wound as it is, and tiles of output channels by positions are summed over input channels and taps (tiles.ts); `reach` is how far the
 *   taps of an output lie apart.
 * - `rows`: the definition, row by row; multiplies no gap, so neither operand need be finite.
 * - `spectral`: circular convolutions on the helix of the inner axes, summed over the outer axes and channels in the spectral domain.
 * - `separable`: a plan for each pass along an axis (passes.ts), for kernels that are an outer product; `between` are the
 *   shapes, of batches, groups and axes, of what one pass leaves to the next.
 */
export type Run =
  | { kind: "zero" }
  | { kind: "strip"; taps: Hold }
  | { kind: "tiles"; reach: number }
  | { kind: "rows"; taps: Hold }
  | Spectral
  | { kind: "separable"; passes: Plan[]; between: number[][] };

export interface Spectral {
  kind: "spectral";
  ring: "cyclic" | "negacyclic";
  /** Real or complex numbers of a circular convolution: 2^a times `odd`. */
  length: number;
  odd: Odd;
  /** How many blocks the strip of outputs is cut into, and how many numbers of it each has. */
  blocks: number;
  advance: number;
  /**
   * Block k holds the stretch of the signal's helix from position `start` + k · advance on; its outputs are those from `halo` numbers
   * further on. One block holds the whole helix, from 0 on.
   */
  start: number;
  halo: number;
  /**
   * How many pieces, of `piece` numbers each, the kernel's helix is cut into, where its outputs are few: y = Σ_p x * w_p, summed in the spectral domain as
   * channels are. Piece p meets the stretch of the signal's helix that begins p · piece before.
   */
  pieces: number;
  piece: number;
  /** How many blocks, of all batches, are multiplied together, so that the kernel's spectra come to the cache once for all of them. */
  together: number;
}

/** Which operand's samples are the taps. */
export type Hold = "w" | "x";

export type Odd = 1 | 3 | 5 | 9 | 15 | 27;

export interface Cost {
  flops: number;
  /** Bytes that come from beyond the cache that had better hold them, or go there; and the bytes of operands that are copied in and out. */
  traffic: number;
  copied: number;
  /** Rows, along the last axis, that are wound and unwound. */
  rows: number;
  /** Transforms and other calls, each of which costs a little whatever it does. */
  calls: number;
  /** What of it is for the kernel alone, and is done once where the kernel is kept. */
  kernel: Pick<Cost, "flops" | "traffic" | "calls">;
  /** Into how many pieces the work falls that threads can do at the same time. */
  tasks: number;
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
  /** How many axes, of the first, stay apart: a slab for each of their indices, and only the inner axes are wound. */
  outer: number;
  /** Helix stride of each inner axis, in elements; 0 for an outer one. */
  stride: number[];
  /** Helix position of the first wanted output, and the length of the strip from it to the last. */
  first: number;
  span: number;
  /** A circular length that is enough, where one less is not, before rounding to one that transforms fast. */
  helix: number;
  run: Run;
  /** How many threads share the work, at most; the result does not depend on it. */
  threads: number;
  /** Working memory beside the caller's arrays, bytes, for so many threads; and what each more needs of its own. */
  bytes: number;
  threadBytes: number;
  cost: Cost;
}
