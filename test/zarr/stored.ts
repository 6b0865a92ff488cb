// Small Zarr arrays of the formats that there are.
import * as zarr from "zarrita";
import type { NdArray } from "../../src/index.js";
import { rowMajor } from "../../src/ndarray.js";
import { type ConvolveZarrOptions, convolveZarr } from "../../src/zarr/index.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";

export type Store = Map<string, Uint8Array>;
type Float = "float32" | "float64";
type Dtype = Float | "int16" | "uint8";
const arrays = { float32: Float32Array, float64: Float64Array, int16: Int16Array, uint8: Uint8Array };

export const volume = (shape: readonly number[]) => shape.reduce((n, m) => n * m, 1);
const random = new Random(9);

export function numbers(shape: readonly number[], dtype: Dtype = "float32"): NdArray & { shape: number[] } {
  const data = new arrays[dtype](volume(shape));
  const isFloat = dtype.startsWith("float");
  for (let i = 0; i < data.length; i++) data[i] = isFloat ? Math.fround(2 * random.next() - 1) : random.integer(0, 100);
  return { data, shape: [...shape] };
}

/** Stores an array, of Zarr 3 or, with a compressor or without, of Zarr 2. */
export async function stored(
  { data, shape }: NdArray,
  chunkShape: number[],
  { format = 3, codecs = [], store = new Map() }: { format?: 2 | 3; codecs?: zarr.CodecMetadata[]; store?: Store } = {},
) {
  const dtype = data.constructor.name.replace("Array", "").toLowerCase() as Float;
  const place = zarr.root(store);
  if (format === 3) await zarr.create(place, { shape: [...shape], chunkShape, dtype, codecs, fillValue: 0 });
  else {
    const names = { float32: "<f4", float64: "<f8", int16: "<i2", uint8: "|u1" };
    const [codec] = codecs;
    const compressor = codec ? { id: codec.name, ...codec.configuration } : null;
    const metadata = { zarr_format: 2, shape, chunks: chunkShape, dtype: names[dtype], compressor };
    const text = JSON.stringify({ ...metadata, fill_value: 0, order: "C", filters: null });
    store.set("/.zarray", new TextEncoder().encode(text));
  }
  const array = await zarr.open(place, { kind: "array" });
  await zarr.set(array as zarr.Array<Float, Store>, null, {
    data: data as Float32Array<ArrayBuffer>,
    shape: [...shape],
    stride: rowMajor(shape),
  });
  return array;
}

export async function contents(store: zarr.Readable): Promise<NdArray<Float32Array>> {
  const array = await zarr.open(store, { kind: "array" });
  const { data, shape } = await zarr.get(array as zarr.Array<"float32">);
  return { data: data as Float32Array, shape };
}

/** The least memory with which a call works, bytes: there is a block for each chunk of the result. */
export async function leastMemory(
  input: Parameters<typeof convolveZarr>[0],
  kernel: NdArray,
  options: ConvolveZarrOptions,
): Promise<number> {
  const nowhere = zarr.root(new Map());
  const work = () => convolveZarr(input, kernel, nowhere, { ...options, memory: 1 });
  const { expected } = await throwsHelixError(work, "out-of-memory", /a block must hold at least one chunk/);
  return expected as number;
}
