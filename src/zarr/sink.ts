// Blocks of a result as chunks of a Zarr array, each chunk written once and whole, then recorded.
import * as zarr from "zarrita";
import type { Block } from "../blocks/blocks.js";
import { chunksAtOnce } from "../blocks/blocks.js";
import type { Recipe } from "../blocks/recipe.js";
import type { Sink } from "../blocks/stream.js";
import { HelixError } from "../errors.js";
import { allocate, copyElements, type Dtype, type FloatArray, rowMajor, type View } from "../ndarray.js";
import { inParallel, product, type WritableLocation } from "./arrays.js";
import { type Checksums, digest, type Records } from "./records.js";

/** How the result is stored. */
export interface Format {
  format: 2 | 3;
  codecs: zarr.CodecMetadata[];
}

export class ZarrSink implements Sink {
  /** Bytes of chunks that were written, as they are stored. */
  bytes = 0;
  private readonly atOnce: number;

  constructor(
    private readonly output: WritableLocation,
    private readonly recipe: Recipe,
    private readonly format: Format,
    private readonly records: Records,
  ) {
    this.atOnce = chunksAtOnce(recipe.chunks.out.reduce((n, m) => n * m, recipe.problem.bytes.out));
  }

  async write(block: Block, from: FloatArray, abort?: AbortSignal): Promise<void> {
    const { recipe } = this;
    const chunk = recipe.chunks.out;
    const checksums: Checksums = {};
    const array = this.recording(checksums);
    const shape = block.out.map(({ size }) => size);
    const result: View<FloatArray> = { data: from, dtype: recipe.dtype, shape, stride: rowMajor(shape), offset: 0 };
    const starts = block.out.map(({ start, size }, d) => {
      const step = chunk[d] as number;
      const end = Math.min(start + size, recipe.problem.axes[d]?.count as number);
      return Array.from({ length: Math.ceil((end - start) / step) }, (_, k) => start + k * step);
    });
    await inParallel(product(starts), this.atOnce, async (start) => {
      abort?.throwIfAborted();
      const data = this.chunkAt(result, block, start);
      const selection = start.map((first, d) => zarr.slice(first, first + (chunk[d] as number)));
      await zarr.set(array, selection, { data, shape: [...chunk], stride: rowMajor(chunk) } as zarr.Chunk<"float32">);
    });
    await writing("the record of a block", () => this.records.add(block.index, checksums));
  }

  /** A chunk's outputs; zeros beyond the result's edges. */
  private chunkAt(result: View<FloatArray>, { out }: Block, start: readonly number[]): FloatArray {
    const { chunks, problem, dtype } = this.recipe;
    const to = allocate(chunks.out, dtype, "a chunk");
    const shape = start.map((first, d) =>
      Math.min(chunks.out[d] as number, (problem.axes[d]?.count as number) - first),
    );
    const offset = start.reduce(
      (sum, first, d) => sum + (first - (out[d]?.start as number)) * (result.stride[d] as number),
      0,
    );
    copyElements({ ...result, shape, offset }, { ...to, shape });
    return to.data;
  }

  /**
   * The array as whole chunks, so that none is read to be written; what is stored is noted. It has no edges for that: zarrita reads a
   * chunk that an edge cuts, to keep what lies beyond.
   */
  private recording(checksums: Checksums): zarr.Array<"float32", zarr.Mutable> {
    const { store } = this.output;
    const recorder: zarr.AsyncMutable = {
      get: async (key) => store.get(key),
      set: async (key, bytes) => {
        checksums[key] = [bytes.length, await digest(bytes)];
        await writing(`chunk ${key}`, () => store.set(key, bytes));
        this.bytes += bytes.length;
      },
    };
    const metadata = metadataOf(this.recipe, this.format);
    const shape = metadata.shape.map((n, d) => {
      const chunk = this.recipe.chunks.out[d] as number;
      return Math.ceil(n / chunk) * chunk;
    });
    return new zarr.Array(recorder, this.output.path, { ...metadata, shape });
  }
}

/** zarrita's own view of the result, of either format. */
export function metadataOf({ problem, chunks, dtype }: Recipe, { format, codecs }: Format) {
  return {
    zarr_format: 3,
    node_type: "array",
    shape: problem.axes.map(({ count }) => count),
    data_type: dtype as "float32",
    chunk_grid: { name: "regular", configuration: { chunk_shape: [...chunks.out] } },
    chunk_key_encoding:
      format === 2
        ? { name: "v2", configuration: { separator: "." } }
        : { name: "default", configuration: { separator: "/" } },
    codecs: [{ name: "bytes", configuration: { endian: "little" } }, ...codecs],
    fill_value: 0,
    attributes: {},
  } satisfies zarr.ArrayMetadata<"float32">;
}

/** The file that makes an array of a folder, and its name. */
export function metadataFile(recipe: Recipe, { format, codecs }: Format): { name: string; content: object } {
  if (format === 3) return { name: "zarr.json", content: metadataOf(recipe, { format, codecs }) };
  const [compressor, ...others] = codecs;
  if (others.length > 0)
    throw new HelixError("option", `format 2 has one codec, its compressor; got ${codecs.length}`, { actual: codecs });
  return {
    name: ".zarray",
    content: {
      zarr_format: 2,
      shape: recipe.problem.axes.map(({ count }) => count),
      chunks: recipe.chunks.out,
      dtype: numpyNames[recipe.dtype],
      compressor: compressor ? { id: compressor.name, ...compressor.configuration } : null,
      fill_value: 0,
      order: "C",
      filters: null,
    },
  };
}

const numpyNames: Partial<Record<Dtype, string>> = { float32: "<f4", float64: "<f8" };

/** What a store does; its errors, whether it is synchronous or not, say what they were about. */
export async function writing<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HelixError(
      "store",
      `${name} cannot be written: ${reason}; what is finished stays, so make room, or give permission, and run it again`,
      { cause },
    );
  }
}
