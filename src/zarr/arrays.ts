// Zarr arrays in helixconv's terms.
import type * as zarr from "zarrita";
import { HelixError } from "../errors.js";
import type { Dtype } from "../ndarray.js";

export type ReadableArray = zarr.Array<zarr.DataType, zarr.Readable>;
export type WritableLocation = zarr.Location<zarr.Mutable>;

const dtypes: readonly string[] = [
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "float16",
  "float32",
  "float64",
] satisfies Dtype[];

/** The dtype of an array, if it holds numbers that can be convolved. */
export function dtypeOf({ dtype, path }: ReadableArray): Dtype {
  if (dtypes.includes(dtype)) return dtype as Dtype;
  throw new HelixError(
    "dtype",
    `a Zarr array must hold integers of 8 to 32 bits, or floats of 16 to 64; ${path} holds ${dtype}; convert it`,
    { expected: dtypes, actual: dtype },
  );
}

/** Runs so many at a time; stops at the first error, when nothing is under way any more. */
export async function inParallel<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const one = async () => {
    for (let next = queue.next(); !next.done && !failed; next = queue.next())
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
  };
  const results = await Promise.allSettled(Array.from({ length: atOnce }, one));
  const lost = results.find((result) => result.status === "rejected");
  if (lost) throw lost.reason;
}

/** The elements of a cartesian product, the last list running fastest. */
export function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((item) => [...head, item])), [[]]);
}
