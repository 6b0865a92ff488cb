// Runs blocks one after the other: while one is computed the next is read and the one before is written. Two arrays hold what is read, and two
// what is computed, whatever the number of blocks.
import { type FloatArray, type NdArray, type Prepared, prepare } from "../index.js";
import { allocate, copyElements, type Dtype, type RealArray, rowMajor, sizeOf, type View } from "../ndarray.js";
import type { Range } from "../plan/plan.js";
import type { Block } from "./blocks.js";
import type { Recipe } from "./recipe.js";

/** Where a signal comes from. */
export interface Source {
  dtype: Dtype;
  /** Fills a row-major array with the samples of `block.read`; `next` is what will be read after it. */
  read(block: Block, next: Block | undefined, into: RealArray, abort: AbortSignal | undefined): Promise<void>;
}

/** Where a result goes. */
export interface Sink {
  /** Writes those outputs of a block that lie within the result; returns when they are there. */
  write(block: Block, from: FloatArray, abort: AbortSignal | undefined): Promise<void>;
}

export interface StreamOptions {
  abort?: AbortSignal | undefined;
  /** Told which fraction of the blocks is done. */
  onProgress?: ((fraction: number) => void) | undefined;
}

/** Computes blocks of a recipe, with a kernel that has as many axes as the signal. */
export class Stream {
  private prepared: Promise<Prepared> | undefined;
  private readonly signals: RealArray[];
  private readonly results: View<FloatArray>[];
  private taps: string | undefined;

  constructor(
    private readonly recipe: Recipe,
    private readonly kernel: View,
    private readonly source: Source,
    private readonly sink: Sink,
    private readonly threads?: number | undefined,
  ) {
    const { read, out } = recipe.shapes;
    this.signals = [0, 1].map(() => arrayOf(source.dtype, sizeOf(read, "a block of the signal")));
    this.results = [0, 1].map(() => allocate(out, recipe.dtype, "a block of the result"));
  }

  /** Returns when all are written; or throws, when nothing is under way any more. */
  async run(blocks: readonly Block[], { abort, onProgress }: StreamOptions = {}): Promise<void> {
    const stop = new AbortController();
    const signal = abort ? AbortSignal.any([abort, stop.signal]) : stop.signal;
    const writing: Promise<void>[] = [];
    let reading: Promise<void> | undefined;
    const read = (k: number) => {
      const block = blocks[k];
      return block && this.guarded(this.source.read(block, blocks[k + 1], this.signals[k % 2] as RealArray, signal));
    };
    try {
      reading = read(0);
      for (const [k, block] of blocks.entries()) {
        await reading;
        reading = read(k + 1);
        await writing[k % 2];
        await this.compute(block, k % 2, signal, (fraction) => onProgress?.((k + fraction) / blocks.length));
        const { data } = this.results[k % 2] as View<FloatArray>;
        writing[k % 2] = this.guarded(this.sink.write(block, data, signal));
      }
      await Promise.all(writing);
      onProgress?.(1);
    } catch (error) {
      stop.abort(error);
      throw error;
    } finally {
      await Promise.allSettled([...writing, reading]);
    }
  }

  async dispose(): Promise<void> {
    (await this.prepared?.catch(() => undefined))?.dispose();
  }

  private async compute(
    block: Block,
    turn: number,
    abort: AbortSignal,
    onProgress: (fraction: number) => void,
  ): Promise<void> {
    const prepared = await this.prepare(block);
    const signal = { data: this.signals[turn] as RealArray, shape: this.recipe.shapes.read, dtype: this.source.dtype };
    await prepared.run(signal, { out: this.results[turn] as NdArray<FloatArray>, abort, onProgress });
  }

  /** The convolution, prepared once, with the part of the kernel that a block meets: mostly all of it. */
  private async prepare({ taps }: Block): Promise<Prepared> {
    const { operation, convolved, shapes, plan, work } = this.recipe;
    const wanted = JSON.stringify(taps);
    if (this.taps === wanted && this.prepared) return this.prepared;
    const kernel = partOf(this.kernel, taps);
    if (this.prepared) (await this.prepared).setKernel(kernel);
    else {
      const options = { mode: "valid", axes: convolved, plan, maxMemory: work } as const;
      const threads = this.threads === undefined ? {} : { threads: this.threads };
      this.prepared = prepare(operation, { signal: { shape: shapes.read, dtype: this.source.dtype } }, kernel, {
        ...options,
        ...threads,
      });
    }
    this.taps = wanted;
    return this.prepared;
  }

  /** An error is told by whoever awaits it, which may be later. */
  private guarded(promise: Promise<void>): Promise<void> {
    promise.catch(() => {});
    return promise;
  }
}

/** Part of a kernel; beyond its edges, where outputs are thrown away, it goes on with its last sample. */
function partOf(kernel: View, taps: readonly Range[]): View {
  const isWhole = taps.every(({ start, size }, d) => start === 0 && size === kernel.shape[d]);
  if (isWhole) return kernel;
  const shape = taps.map(({ size }) => size);
  const part = {
    ...kernel,
    data: arrayOf(kernel.dtype, sizeOf(shape, "kernel")),
    shape,
    stride: rowMajor(shape),
    offset: 0,
  };
  const within = taps.map(({ start, size }, d) => Math.min(size, (kernel.shape[d] as number) - start));
  const from = taps.reduce((offset, { start }, d) => offset + start * (kernel.stride[d] as number), kernel.offset);
  copyElements({ ...kernel, shape: within, offset: from }, { ...part, shape: within });
  return part;
}

const classes: Record<Dtype, new (length: number) => RealArray> = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array,
  complex128: Float64Array,
};

/** Zeros of a dtype. */
const arrayOf = (dtype: Dtype, size: number): RealArray =>
  new classes[dtype](size * (dtype.startsWith("complex") ? 2 : 1));
