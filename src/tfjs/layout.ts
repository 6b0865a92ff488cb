// TensorFlow's layouts as views of helixconv's: nothing is copied.
import type { FloatArray, NdArray } from "../index.js";
import { rowMajor } from "../ndarray.js";

export type DataFormat = "channelsLast" | "channelsFirst";

/** An array (N, d1, …, dn, C), or (N, C, d1, …, dn), as the latter. */
export function channelsFirst<D extends FloatArray>(data: D, shape: readonly number[], format: DataFormat): NdArray<D> {
  return format === "channelsFirst" ? { data, shape } : transposed(data, shape, channelsAxes(shape.length));
}

/** A filter (k1, …, kn, C/G, O) as a weight (O, C/G, k1, …, kn). */
export function weightView<D extends FloatArray>(data: D, shape: readonly number[]): NdArray<D> {
  return transposed(data, shape, weightAxes(shape.length));
}

/** The shape that an array (N, C, d1, …, dn) has in a format. */
export function shapeIn(format: DataFormat, shape: readonly number[]): number[] {
  const [batch = 1, channels = 1, ...spatial] = shape;
  return format === "channelsFirst" ? [...shape] : [batch, ...spatial, channels];
}

const channelsAxes = (rank: number): number[] => [0, rank - 1, ...axesFrom(1, rank - 2)];
const weightAxes = (rank: number): number[] => [rank - 1, rank - 2, ...axesFrom(0, rank - 2)];
const axesFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, d) => first + d);

function transposed<D extends FloatArray>(data: D, shape: readonly number[], axes: readonly number[]): NdArray<D> {
  const stride = rowMajor(shape);
  return { data, shape: axes.map((d) => shape[d] as number), stride: axes.map((d) => stride[d] as number) };
}
