// The same numbers in arrays of every type and layout.
import { type NdArray, rowMajor } from "../src/ndarray.js";
import type { Random } from "./random.js";

export const realTypes = [
  "float32",
  "float64",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "number[]",
] as const;
export const complexTypes = ["complex64", "complex128"] as const;
export type Type = (typeof realTypes)[number] | (typeof complexTypes)[number];

export const classes = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  complex64: Float32Array,
  complex128: Float64Array,
};

/** The same elements, as they are or in a larger array: transposed, reversed, or with others between, which are NaN where they can be. */
export function viewAround(random: Random, values: ArrayLike<number>, type: Type, shape: readonly number[]): NdArray {
  const parts = type.startsWith("complex") ? 2 : 1;
  const dtype = parts === 2 ? { dtype: type } : {};
  if (random.chance(0.4)) return { data: values, shape, ...dtype };
  const order = shape.map((_, d) => d).sort(() => random.next() - 0.5);
  const stride = new Array<number>(shape.length).fill(0);
  let [step, offset] = [random.integer(1, 3), random.integer(0, 5)];
  for (const d of order) {
    const n = shape[d] as number;
    const reversed = random.chance(0.3);
    stride[d] = reversed ? -step : step;
    if (reversed) offset += step * (n - 1);
    step *= n + random.integer(0, 1);
  }
  const length = (offset + step + 4) * parts;
  const data =
    type === "number[]"
      ? new Array<number>(length).fill(Number.NaN)
      : new classes[type](length).fill(type.includes("int") ? 77 : Number.NaN);
  const dense = rowMajor(shape);
  for (let k = 0; k < values.length / parts; k++) {
    const element = shape.reduce(
      (sum, n, d) => sum + (stride[d] as number) * (Math.floor(k / (dense[d] as number)) % n),
      offset,
    );
    for (let part = 0; part < parts; part++) data[parts * element + part] = values[parts * k + part] as number;
  }
  return { data, shape, stride, offset, ...dtype };
}
