// Blocks of a Zarr array with what lies beyond its edges: each chunk is decoded once, kept while the next block needs it too, and copied to all
// places where its samples stand.
import { isZarritaError } from "zarrita";
import { readBy } from "../blocks/axes.js";
import { type Block, chunksAtOnce } from "../blocks/blocks.js";
import type { Recipe } from "../blocks/recipe.js";
import { type Piece, piecesByChunk } from "../blocks/sources.js";
import type { Source } from "../blocks/stream.js";
import { HelixError } from "../errors.js";
import { copyElements, type Dtype, type RealArray, rowMajor, type View } from "../ndarray.js";
import { dtypeOf, inParallel, product, type ReadableArray } from "./arrays.js";

/** A chunk that is needed: its coordinates, and along each axis the pieces of it. */
interface Need {
  coords: number[];
  pieces: Piece[][];
}

export class ZarrSource implements Source {
  readonly dtype: Dtype;
  /** Bytes of chunks that were read, as they are in memory. */
  bytes = 0;
  /** Chunks that the block that was read last left to the next one. */
  private kept = new Map<string, Promise<View>>();
  private readonly atOnce: number;

  constructor(
    private readonly array: ReadableArray,
    private readonly recipe: Recipe,
  ) {
    this.dtype = dtypeOf(array);
    const size = array.chunks.reduce((n, m) => n * m, recipe.problem.bytes.signal);
    this.atOnce = chunksAtOnce(size);
  }

  async read(block: Block, next: Block | undefined, into: RealArray, abort?: AbortSignal): Promise<void> {
    const shape = block.read.map(({ size }) => size);
    const to: View<RealArray> = { data: into, dtype: this.dtype, shape, stride: rowMajor(shape), offset: 0 };
    const needs = this.needsOf(block);
    const isKept = next !== undefined && this.recipe.layout.keep;
    const later = new Set(isKept ? this.needsOf(next).map(({ coords }) => String(coords)) : []);
    const before = this.kept;
    this.kept = new Map();
    // What no chunk fills lies beyond the edges.
    into.fill(this.recipe.boundary === "constant" ? this.recipe.fillValue : 0);
    await inParallel(needs, this.atOnce, async ({ coords, pieces }) => {
      const key = String(coords);
      const reading = before.get(key) ?? this.readChunk(coords, abort);
      before.delete(key);
      if (later.has(key)) this.kept.set(key, reading);
      const chunk = await reading;
      for (const one of product(pieces)) copyElements(part(chunk, one), placed(to, one));
    });
  }

  private needsOf({ out, read }: Block): Need[] {
    const { problem, boundary, signal } = this.recipe;
    const along = problem.axes.map((axis, d) => {
      const { start, size } = out[d] as Block["out"][0];
      const wanted = readBy(axis, { start, size: Math.min(size, axis.count - start) });
      const from = (read[d] as Block["read"][0]).start;
      const pieces = piecesByChunk(
        { start: from, size: wanted.size },
        signal.shape[d] as number,
        this.array.chunks[d] as number,
        axis.convolved ? boundary : "zero",
      );
      return [...pieces];
    });
    return product(along).map((chunk) => ({
      coords: chunk.map(([index]) => index),
      pieces: chunk.map(([, pieces]) => pieces),
    }));
  }

  private async readChunk(coords: number[], abort?: AbortSignal): Promise<View> {
    const { array, dtype } = this;
    const name = `chunk (${coords.join(", ")}) of ${array.path}`;
    const chunk = await array.getChunk(coords, abort ? { signal: abort } : {}).catch((error: unknown) => {
      throw abort?.aborted ? error : unreadable(name, error);
    });
    const data = chunk.data as unknown as RealArray;
    const size = chunk.shape.reduce((n, m) => n * m, 1);
    if (data.length !== size)
      throw new HelixError(
        "format",
        `${name} must hold ${size} numbers; it holds ${data.length}: it was cut off, or is of another array; write it again`,
        { expected: size, actual: data.length },
      );
    this.bytes += data.byteLength;
    return { data, dtype, shape: chunk.shape, stride: chunk.stride, offset: 0 };
  }
}

function unreadable(name: string, cause: unknown): HelixError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const because = cause instanceof Error && cause.cause instanceof Error ? `${reason}: ${cause.cause.message}` : reason;
  return isZarritaError(cause)
    ? new HelixError("format", `${name} cannot be decoded: ${because}; write it again`, { cause })
    : new HelixError("store", `${name} cannot be read: ${because}`, { cause });
}

/** The samples of a chunk that are in a piece along each axis. */
const part = (chunk: View, pieces: readonly Piece[]): View => ({
  ...chunk,
  shape: pieces.map(({ size }) => size),
  stride: pieces.map(({ step }, d) => step * (chunk.stride[d] as number)),
  offset: pieces.reduce((offset, { from }, d) => offset + from * (chunk.stride[d] as number), 0),
});

/** The place of a piece along each axis. */
const placed = (to: View<RealArray>, pieces: readonly Piece[]): View<RealArray> => ({
  ...to,
  shape: pieces.map(({ size }) => size),
  offset: pieces.reduce((offset, { at }, d) => offset + at * (to.stride[d] as number), 0),
});
