// convolveZarr: the blocks of a job, or a shard of them, that are not done yet.
import type { Array as ZarrArray } from "zarrita";
import type { StreamOptions } from "../blocks/stream.js";
import { HelixError } from "../errors.js";
import { type NdArray, show } from "../ndarray.js";
import type { ReadableArray, WritableLocation } from "./arrays.js";
import { Job, type JobOptions } from "./job.js";

/** Of `count` processes that share the work, this is number `index`, from 0 on. */
export interface Shard {
  index: number;
  count: number;
}

export interface ConvolveZarrOptions extends Omit<JobOptions, "from">, StreamOptions {
  /** Which part of the blocks this process computes; default all. */
  shard?: Shard;
}

export interface ConvolvedZarr {
  /** The result; while other shards are at work its other chunks read as zeros. */
  array: ZarrArray<"float32" | "float64">;
  /** Blocks of this shard, and how many of them this call computed; the others were done before. */
  blocks: number;
  computed: number;
  /** Bytes of chunks that were read, as they are in memory, and of those that were written, as they are stored. */
  read: number;
  written: number;
}

/**
 * Convolves a Zarr array that need not fit into memory, block by block, into a new one: `convolve`, on stores. Reading, computing and writing
 * go on at the same time, in no more than `memory` bytes for the whole process.
 *
 * What is finished is recorded beside the result: the same call again goes on where it was interrupted, and writes again what is torn. Every
 * process that makes this call with another `shard` of the same `count` does a part of it, with the same bits as one that does all.
 *
 * @param input an array of zarrita's, Zarr 2 or 3, of any store: integers to 32 bits, or floats
 * @param output where the result is to be: a location of a store that can be written, with no array there
 * @throws HelixError as `convolve` does; "format" for a chunk that cannot be decoded, "store" for a store that fails
 * @example
 * const input = await zarr.open(new FolderStore("volume.zarr"), { kind: "array" });
 * const output = zarr.root(new FolderStore("smooth.zarr"));
 * await convolveZarr(input, kernel, output, { mode: "same", memory: 1e9 });
 */
export const convolveZarr = (
  input: ReadableArray,
  kernel: NdArray,
  output: WritableLocation,
  options: ConvolveZarrOptions = {},
): Promise<ConvolvedZarr> => runJob(input, kernel, output, { ...options, operation: "convolve" });

/** The same for `correlate`. */
export const correlateZarr = (
  input: ReadableArray,
  kernel: NdArray,
  output: WritableLocation,
  options: ConvolveZarrOptions = {},
): Promise<ConvolvedZarr> => runJob(input, kernel, output, { ...options, operation: "correlate" });

async function runJob(
  input: ReadableArray,
  kernel: NdArray,
  output: WritableLocation,
  options: ConvolveZarrOptions,
): Promise<ConvolvedZarr> {
  const { shard, abort, onProgress, threads, ...others } = options;
  checkShard(shard);
  abort?.throwIfAborted();
  const job = await Job.open(input, kernel, output, { ...others, ...(threads !== undefined && { threads }) });
  const indices = shardOf(job.count, shard);
  const todo = job.isNew ? indices : await unfinished(job, indices, abort);
  const runner = job.runner(input, threads);
  const done = indices.length - todo.length;
  try {
    await runner.run(todo, {
      abort,
      onProgress: (fraction) => onProgress?.((done + fraction * todo.length) / indices.length),
    });
    return { array: job.array(), blocks: indices.length, computed: todo.length, ...runner.traffic() };
  } finally {
    await runner.dispose();
  }
}

/** Consecutive blocks, which share chunks: of count blocks, those from i count / n on. */
export function shardOf(count: number, { index, count: shards }: Shard = { index: 0, count: 1 }): number[] {
  const from = Math.floor((index * count) / shards);
  const to = Math.floor(((index + 1) * count) / shards);
  return Array.from({ length: to - from }, (_, k) => from + k);
}

/** Those blocks of which not every chunk is as it was recorded. */
async function unfinished(job: Job, indices: readonly number[], abort: AbortSignal | undefined): Promise<number[]> {
  const todo: number[] = [];
  for (const index of indices) {
    abort?.throwIfAborted();
    if (!(await job.records.verify(index))) todo.push(index);
  }
  return todo;
}

function checkShard(shard: Shard | undefined): void {
  if (shard === undefined) return;
  const { index, count } = shard;
  if (Number.isInteger(index) && Number.isInteger(count) && index >= 0 && index < count) return;
  throw new HelixError("option", `shard must be { index, count } with 0 <= index < count; got ${show(shard)}`, {
    actual: shard,
  });
}
