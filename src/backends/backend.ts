// What a backend is: something that executes plans. Backends do not know each other, nor how plans come about.
import type { FloatArray, View } from "../ndarray.js";
import type { FilterPlan } from "../plan/filter.js";
import type { Plan } from "../plan/plan.js";
import type { Operand } from "../problem/problem.js";

export type BackendName = "js" | "wasm" | "webgpu";

export interface BackendInfo {
  name: BackendName;
  available: boolean;
  /** Why it is not available, or what it runs on. */
  detail: string;
  /** The most working memory it can address, in bytes. */
  maxBytes: number;
  /** The most of it in one piece. */
  maxBuffer: number;
  /** The longest helix along which it can count. */
  maxHelix: number;
  /** The longest circular convolution it transforms, in complex points. */
  maxLength: number;
  threads: number;
  /** Whether it uses vector instructions. */
  simd: boolean;
  /** Whether it computes the plans that are for layers: tiles, and kernels in pieces. */
  layers: boolean;
  /** Whether it computes in float64, or in float32 only. */
  float64: boolean;
}

/** Where results go: row-major, without gaps. */
export type Output = Operand<View<FloatArray>>;

/** `refused`: the data is not fit for this plan, and another must write the output (see plan/candidates.ts, fallback). */
export type Outcome = "done" | "refused";

export interface Control {
  abort?: AbortSignal | undefined;
  /** Told now and then which fraction of the work is done. */
  onProgress?: ((fraction: number) => void) | undefined;
}

/** A plan with a kernel in place. */
export interface Executable {
  /** Whether several runs may be under way at once; otherwise they are to be done one after the other. */
  readonly overlaps?: true;
  run(signal: Operand, out: Output, control: Control): Promise<Outcome>;
  runSync?(signal: Operand, out: Output, control: Control): Outcome;
  /** Replaces the kernel by another of the same shape. */
  setKernel(kernel: Operand): void;
  dispose(): void;
}

/** Whether a backend has code for a plan. */
export const executes = ({ layers }: BackendInfo, { run }: Plan): boolean =>
  layers || !(run.kind === "tiles" || (run.kind === "spectral" && run.pieces > 1));

/** Memory that is not the caller's: a GPU's. */
export interface DeviceMemory {
  /** An array that lies there, row-major. */
  array(numbers: Float32Array<ArrayBuffer>): View<FloatArray>;
  /** Resolves once the device has done all that it was given. */
  finished(): Promise<void>;
  /** Frees the arrays. */
  dispose(): void;
}

export interface Backend {
  readonly name: BackendName;
  describe(): BackendInfo;
  /** Finds out what `describe` tells, where that takes time. */
  detect?(): Promise<void>;
  prepare(plan: Plan, kernel: Operand): Promise<Executable>;
  prepareSync?(plan: Plan, kernel: Operand): Executable;
  /**
   * y ← a filter of each strip of x, both row-major without gaps; x may be real where y is complex. Returns the largest part of a number in y, or
   * NaN, where it divides.
   */
  filterSync?(plan: FilterPlan, x: View, y: View<FloatArray>): number;

  /** Of a backend that does not work in the caller's memory. */
  memory?(): Promise<DeviceMemory>;
  dispose(): void;
}
