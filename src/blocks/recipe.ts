// How a convolution is done block by block, as pure data: JSON that many processes share, so that all of them compute the same bits.
import { explain, type GivenPlan, HelixError, type SharedOptions } from "../index.js";
import { type Dtype, show, type View } from "../ndarray.js";
import { type Boundary, type BoundaryName, boundaryOf } from "../problem/boundary.js";
import { type ArraySpec, isExact, type Mode } from "../problem/convolve.js";
import { alignKernel, axesOf, type BlockProblem, blockAxes, readBy, tapsOf } from "./axes.js";
import { type Chunks, type Layout, layOut } from "./blocks.js";

/** What is to be computed. */
export interface Question {
  operation: "convolve" | "correlate";
  mode: Mode;
  /** The convolved axes. */
  convolved: number[];
  boundary: Exclude<Boundary, "helical">;
  fillValue: number;
  signal: { shape: number[]; dtype: Dtype };
  kernel: { shape: number[]; dtype: Dtype };
}

export interface Recipe extends Question {
  version: 1;
  problem: BlockProblem;
  chunks: Chunks;
  dtype: Dtype;
  layout: Layout;
  /** Of every block. */
  shapes: { read: number[]; out: number[] };
  /** Bytes for computing, beside the arrays. */
  work: number;
  plan: GivenPlan;
}

/** The options of `convolve` that blocks have. */
export interface BlockOptions extends Pick<SharedOptions, "backend" | "method" | "threads"> {
  operation?: "convolve" | "correlate";
  mode?: Mode;
  axes?: number | readonly number[];
  boundary?: BoundaryName;
  fillValue?: number;
  /** The most that the process may take, bytes; default 1 GiB. */
  memory?: number;
}

const MEMORY = 2 ** 30;

/** The question that options ask of a signal; and the kernel with an axis for each of the signal's. */
export function questionOf(
  signal: ArraySpec,
  given: View,
  options: BlockOptions,
): { question: Question; kernel: View } {
  const { operation = "convolve", mode = "full", boundary: name = "zero", fillValue = 0, memory } = options;
  if (memory !== undefined && !(memory > 0))
    throw new HelixError("option", `memory must be a positive number of bytes; got ${show(memory)}`, {
      actual: memory,
    });
  const boundary = boundaryOf(name);
  if (boundary === "helical")
    throw new HelixError(
      "option",
      'boundary "helical" winds the whole array on one strip, and goes with convolve alone; choose another for blocks',
      { actual: name },
    );
  const convolved = axesOf(options.axes, signal.shape.length);
  const kernel = alignKernel(given, convolved, signal.shape.length);
  const specOf = ({ shape, dtype }: ArraySpec) => ({ shape: [...shape], dtype });
  return {
    kernel,
    question: {
      operation,
      mode,
      convolved: [...convolved].sort((a, b) => a - b),
      boundary,
      fillValue,
      signal: specOf(signal),
      kernel: specOf(kernel),
    },
  };
}

/** The shape and dtype of the result. */
export function resultOf({ signal, kernel, mode, convolved }: Question): { shape: number[]; dtype: Dtype } {
  const { axes, dtype } = blockAxes(signal, kernel, mode, convolved);
  return { shape: axes.map(({ count }) => count), dtype };
}

/** The recipe for given chunks: a block shape that fits into the memory, and a plan for it. */
export async function recipeOf(
  question: Question,
  kernel: View,
  chunks: Chunks,
  options: BlockOptions,
): Promise<Recipe> {
  const { signal, mode, convolved, operation } = question;
  const { axes, dtype } = blockAxes(signal, kernel, mode, convolved);
  const problem = { axes, bytes: { signal: bytesOf(signal.dtype), out: bytesOf(dtype) } };
  const layout = layOut(problem, chunks, options.memory ?? MEMORY);
  const ranges = layout.shape.map((size) => ({ start: 0, size }));
  const sizes = (find: typeof readBy) => axes.map((axis, d) => find(axis, ranges[d] as (typeof ranges)[0]).size);
  const [read, taps] = [sizes(readBy), sizes(tapsOf)];
  // Where blocks meet different parts of the kernel, whether one is an outer product says nothing about the others.
  const isWhole = taps.every((size, d) => size === kernel.shape[d]);
  const { backend, threads } = options;
  // No FFT can be promised to round to exact integers, of signals that are not known yet.
  const method = isExact(signal, kernel) ? "direct" : options.method;
  const { plan } = await explain(
    operation,
    { signal: { shape: read, dtype: signal.dtype }, kernel: isWhole ? kernel : { shape: taps, dtype: kernel.dtype } },
    {
      mode: "valid",
      axes: convolved,
      maxMemory: layout.work,
      ...(backend && { backend }),
      ...(method && { method }),
      ...(threads !== undefined && { threads }),
    },
  );
  const shapes = { read, out: layout.shape };
  return { version: 1, ...question, problem, chunks, dtype, layout, shapes, work: layout.work, plan };
}

/** Bytes of an element as a block holds it: float16 is read into float32. */
const bytesOf = (dtype: Dtype): number => (dtype === "float16" ? 4 : Number(dtype.replace(/^[a-z]+/, "")) / 8);
