// A convolution of Zarr arrays as many processes share it: the recipe, the kernel and the records of what is done lie beside the result.
import * as zarr from "zarrita";
import { checkOptions } from "../api/options.js";
import { type Block, blockAt } from "../blocks/blocks.js";
import { type BlockOptions, questionOf, type Recipe, recipeOf, resultOf } from "../blocks/recipe.js";
import { Stream, type StreamOptions } from "../blocks/stream.js";
import { formatShape, HelixError } from "../errors.js";
import { formatBytes } from "../format.js";
import { decodeNpy, encodeNpy } from "../io/npy.js";
import { type NdArray, show, type View, viewOf } from "../ndarray.js";
import { dtypeOf, type ReadableArray, type WritableLocation } from "./arrays.js";
import { digest, Records, readJson, readRecord, toJson, writeFirst, writeRecord } from "./records.js";
import { type Format, metadataFile, metadataOf, writing, ZarrSink } from "./sink.js";
import { ZarrSource } from "./source.js";

export interface JobOptions extends BlockOptions {
  /** The result's chunks; default the signal's, where they fit. */
  chunks?: readonly number[];
  /** The result's Zarr format; default 3. */
  format?: 2 | 3;
  /** The result's codecs after "bytes", which zarrita must be able to encode: "blosc", "zstd", "lz4"; default none. */
  codecs?: zarr.CodecMetadata[];
  /** Where processes that are told nothing else find the signal. */
  from?: string;
}

/** What is kept beside the result. */
interface Manifest {
  recipe: Recipe;
  kernel: string;
  format: Format;
  from?: string | undefined;
}

/** What runs of a job have read and written, bytes. */
export interface Traffic {
  read: number;
  written: number;
}

export class Job {
  private constructor(
    readonly id: string,
    private readonly manifest: Manifest,
    private readonly kernel: View,
    readonly output: WritableLocation,
    readonly records: Records,
    /** Whether there was nothing of it before. */
    readonly isNew: boolean,
  ) {}

  /**
   * Begins a job, or goes on with the one that is there. Of several processes that begin the same at once, all get the recipe of one.
   *
   * @throws HelixError "option" if something else is at the output
   */
  static async open(input: ReadableArray, given: NdArray, output: WritableLocation, options: JobOptions): Promise<Job> {
    const {
      operation = "convolve",
      memory: _memory,
      chunks: _chunks,
      format: _format,
      codecs: _codecs,
      from: _from,
      ...shared
    } = options;
    checkOptions(operation, shared);
    checkApart(input, output);
    const signal = { shape: input.shape, dtype: dtypeOf(input) };
    const { question, kernel } = questionOf(signal, viewOf(given, "kernel"), options);
    const chunks = { signal: input.chunks, out: chunksOf(options.chunks ?? input.chunks, resultOf(question).shape) };
    const format = await formatOf(options);
    const bytes = encodeNpy(kernel);
    const asked = { question, chunks: chunks.out, format, kernel: await digest(bytes) };
    const before = (await readJson(output, "recipe.json")) as Manifest | undefined;
    if (!before) await checkEmpty(output);
    const manifest = before ?? (await begin(output, input, kernel, bytes, options, asked));
    checkSame(asked, manifest);
    checkMemory(manifest.recipe, options.memory);
    const id = await digest(toJson(manifest));
    return new Job(id, manifest, kernel, output, new Records(output, id), !before);
  }

  /** The job of which the result is at a place; undefined if there is none. */
  static async find(output: WritableLocation): Promise<Job | undefined> {
    const manifest = (await readJson(output, "recipe.json")) as Manifest | undefined;
    if (!manifest) return undefined;
    const bytes = await readRecord(output, "kernel.npy");
    if (!bytes || (await digest(bytes)) !== manifest.kernel)
      throw new HelixError(
        "format",
        `the kernel beside ${output.path} must be the one of its recipe; it is torn; begin again with the kernel`,
      );
    const id = await digest(toJson(manifest));
    return new Job(id, manifest, decodeNpy(bytes), output, new Records(output, id), false);
  }

  get recipe(): Recipe {
    return this.manifest.recipe;
  }

  /** Where the signal is, as it was told when the job began. */
  get from(): string | undefined {
    return this.manifest.from;
  }

  get count(): number {
    return this.recipe.layout.count;
  }

  blockAt(index: number): Block {
    return blockAt(this.recipe.problem, this.recipe.layout, index);
  }

  /** The result, as zarrita gives it. */
  array(): zarr.Array<"float32" | "float64", zarr.Mutable> {
    return new zarr.Array(this.output.store, this.output.path, metadataOf(this.recipe, this.manifest.format));
  }

  /** What computes its blocks; `dispose()` it. */
  runner(input: ReadableArray, threads?: number): Runner {
    const { shape, dtype } = this.recipe.signal;
    if (dtypeOf(input) !== dtype || formatShape(input.shape) !== formatShape(shape))
      throw new HelixError(
        "shape",
        `the signal must be what the job began with, ${dtype} ${formatShape(shape)}; it is ${input.dtype} ${formatShape(input.shape)}; put it back, or begin again elsewhere`,
        { expected: shape, actual: input.shape },
      );
    const source = new ZarrSource(input, this.recipe);
    const sink = new ZarrSink(this.output, this.recipe, this.manifest.format, this.records);
    const stream = new Stream(this.recipe, this.kernel, source, sink, threads);
    return {
      run: (indices, options) =>
        stream.run(
          indices.map((index) => this.blockAt(index)),
          options,
        ),
      traffic: () => ({ read: source.bytes, written: sink.bytes }),
      dispose: () => stream.dispose(),
    };
  }
}

export interface Runner {
  /** Computes blocks, by index. */
  run(indices: readonly number[], options?: StreamOptions): Promise<void>;
  traffic(): Traffic;
  dispose(): Promise<void>;
}

interface Asked {
  question: unknown;
  chunks: readonly number[];
  format: Format;
  kernel: string;
}

async function begin(
  output: WritableLocation,
  input: ReadableArray,
  kernel: View,
  bytes: Uint8Array,
  options: JobOptions,
  asked: Asked,
): Promise<Manifest> {
  const { question } = questionOf({ shape: input.shape, dtype: dtypeOf(input) }, kernel, options);
  const recipe = await recipeOf(question, kernel, { signal: input.chunks, out: asked.chunks }, options);
  const manifest: Manifest = { recipe, kernel: asked.kernel, format: asked.format, from: options.from };
  const { name, content } = metadataFile(recipe, asked.format);
  return writing(`the result at ${output.path}`, async () => {
    await writeRecord(output, "kernel.npy", bytes);
    const first = (await writeFirst(output, "recipe.json", manifest)) as Manifest;
    await output.store.set(output.resolve(name).path, toJson(content));
    return first;
  });
}

async function formatOf({ format = 3, codecs = [] }: JobOptions): Promise<Format> {
  if (format !== 2 && format !== 3)
    throw new HelixError("option", `format must be 2 or 3; got ${show(format)}`, { expected: [2, 3], actual: format });
  try {
    const trial = { shape: [1], chunkShape: [1], dtype: "float32" as const, codecs };
    await zarr.set(await zarr.create(zarr.root(), trial), null, 0);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HelixError(
      "option",
      `codecs must be some that zarrita encodes, such as "zstd", "lz4" or "blosc"; got ${show(codecs)}: ${reason}`,
      { actual: codecs, cause },
    );
  }
  return { format, codecs };
}

function chunksOf(chunks: readonly number[], shape: readonly number[]): number[] {
  const isShape =
    Array.isArray(chunks) && chunks.length === shape.length && chunks.every((n) => Number.isSafeInteger(n) && n > 0);
  if (isShape) return chunks.map((n, d) => Math.min(n, shape[d] as number));
  throw new HelixError(
    "option",
    `chunks must be a positive whole number for each of the ${shape.length} axes of the result; got ${formatShape(chunks)}`,
    { expected: shape.length, actual: chunks },
  );
}

/** A result must not replace its own signal. */
function checkApart(input: ReadableArray, output: WritableLocation): void {
  const [a, b] = [placeOf(input), placeOf(output)];
  if (input.store !== (output.store as unknown) && (a.folder === undefined || a.folder !== b.folder)) return;
  if (a.path !== b.path && !`${a.path}/`.startsWith(`${b.path}/`) && !`${b.path}/`.startsWith(`${a.path}/`)) return;
  throw new HelixError(
    "option",
    `the result must have a place apart from the signal's; both are at ${b.path || "/"}, or one lies in the other; choose another output`,
    { actual: b.path },
  );
}

/** Folders of the file system count as one store. */
function placeOf({ store, path }: zarr.Location<unknown>): { folder?: string; path: string } {
  const { folder } = store as { folder?: string };
  const within = path === "/" ? "" : path;
  return typeof folder === "string" ? { folder: "", path: folder + within } : { path: within };
}

async function checkEmpty(output: WritableLocation): Promise<void> {
  for (const name of ["zarr.json", ".zarray", ".zgroup"])
    if (await output.store.get(output.resolve(name).path))
      throw new HelixError(
        "option",
        `the result must go where no array or group is, or on with what this library began; at ${output.path} there is a ${name} without a recipe; choose another output, or delete it`,
        { actual: output.path },
      );
}

function checkSame(asked: Asked, { recipe, kernel, format }: Manifest): void {
  const { operation, mode, convolved, boundary, fillValue, signal, kernel: taps, chunks } = recipe;
  const question = { operation, mode, convolved, boundary, fillValue, signal, kernel: taps };
  const [before, now] = [{ question, chunks: chunks.out, format, kernel }, asked].map(flatten) as [
    Map<string, string>,
    Map<string, string>,
  ];
  for (const [name, value] of now) {
    if (before.get(name) === value) continue;
    throw new HelixError(
      "option",
      `the output holds another convolution, which differs in ${name}: ${before.get(name)} there, ${value} now; choose another output, or delete it`,
      { expected: before.get(name), actual: value },
    );
  }
}

const flatten = ({ question, ...others }: Asked): Map<string, string> =>
  new Map(Object.entries({ ...(question as object), ...others }).map(([name, value]) => [name, JSON.stringify(value)]));

function checkMemory({ layout }: Recipe, memory: number | undefined): void {
  if (memory === undefined || layout.memory <= memory) return;
  throw new HelixError(
    "out-of-memory",
    `the blocks of this output were laid out for ${formatBytes(layout.memory)}; memory is ${formatBytes(memory)}; allow as much, or choose another output`,
    { expected: layout.memory, actual: memory },
  );
}
