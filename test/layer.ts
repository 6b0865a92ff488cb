// The oracle of the layer: every product x[b,c,i] w[o,c,j] that goes into y[b,o,t], straight from PyTorch's definition, in float64, sharing no
// code with the library. A layer is bilinear, so its gradients and its transpose are sums over the same list.
import type { Expected } from "./oracle.js";

export const paddingModes = ["zeros", "reflect", "replicate", "circular", "helical"] as const;

export interface LayerCase {
  batch: number;
  groups: number;
  /** Channels of one group. */
  cin: number;
  cout: number;
  size: readonly number[];
  taps: readonly number[];
  stride: readonly number[];
  dilation: readonly number[];
  padding: readonly (readonly [begin: number, end: number])[];
  paddingMode: (typeof paddingModes)[number];
  complex: boolean;
}

export const inputShape = ({ batch, groups, cin, size }: LayerCase): number[] => [batch, groups * cin, ...size];
export const weightShape = ({ groups, cin, cout, taps }: LayerCase): number[] => [groups * cout, cin, ...taps];
export const outputShape = (layer: LayerCase): number[] => [
  layer.batch,
  layer.groups * layer.cout,
  ...layer.size.map((m, d) => {
    const [begin, end] = layer.padding[d] as readonly [number, number];
    const extent = at(layer.dilation, d) * (at(layer.taps, d) - 1) + 1;
    return Math.floor((m + begin + end - extent) / at(layer.stride, d)) + 1;
  }),
];

/** One array times another, summed into a third: y from x and w, the gradient of x from y and w, or that of w from y and x. */
export type Sum = "y" | "x" | "w";

/** Gradients conjugate what `grad` meets; the transpose does not. */
export function layerOracle(
  layer: LayerCase,
  sum: Sum,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  conjugate = sum !== "y",
): Expected {
  const parts = layer.complex ? 2 : 1;
  const shape = { y: outputShape, x: inputShape, w: weightShape }[sum](layer);
  const size = shape.reduce((n, m) => n * m, 1);
  const out = new Float64Array(parts * size);
  const magnitude = new Float64Array(size);
  const sign = conjugate ? -1 : 1;
  forEachProduct(layer, (y, x, w) => {
    const [t, i, j] = sum === "y" ? [y, x, w] : sum === "x" ? [x, y, w] : [w, y, x];
    const [a, b] = [at(first, parts * i), at(second, parts * j)];
    const [c, d] = parts === 2 ? [at(first, 2 * i + 1), sign * at(second, 2 * j + 1)] : [0, 0];
    out[parts * t] = at(out, parts * t) + a * b - c * d;
    if (parts === 2) out[2 * t + 1] = at(out, 2 * t + 1) + a * d + c * b;
    magnitude[t] = at(magnitude, t) + Math.sqrt((a * a + c * c) * (b * b + d * d));
  });
  return { out, magnitude };
}

/** Calls `visit` with the row-major indices of y, x and w for every product. */
function forEachProduct(layer: LayerCase, visit: (y: number, x: number, w: number) => void): void {
  const { batch, groups, cin, cout, size, taps, stride, dilation, padding, paddingMode } = layer;
  const outSize = outputShape(layer).slice(2);
  const volume = (shape: readonly number[]) => shape.reduce((n, m) => n * m, 1);
  const [xVolume, wVolume, yVolume] = [volume(size), volume(taps), volume(outSize)];
  // The spatial sums are the same for all channels.
  const meetings: [y: number, x: number, w: number][] = [];
  const everyTap = indices(taps);
  for (const t of indices(outSize))
    for (const j of everyTap) {
      const i = t.map((k, d) => at(stride, d) * k + at(dilation, d) * at(j, d) - (padding[d]?.[0] ?? 0));
      const x = sourceOf(i, size, paddingMode);
      if (x !== undefined) meetings.push([flat(t, outSize), x, flat(j, taps)]);
    }
  for (let b = 0; b < batch; b++)
    for (let g = 0; g < groups; g++)
      for (let o = g * cout; o < (g + 1) * cout; o++)
        for (let c = 0; c < cin; c++)
          for (const [y, x, w] of meetings)
            visit(
              (b * groups * cout + o) * yVolume + y,
              (b * groups * cin + g * cin + c) * xVolume + x,
              (o * cin + c) * wVolume + w,
            );
}

/** The element of x that stands at index i, inside it or beyond its edges. */
export function sourceOf(i: readonly number[], size: readonly number[], mode: string): number | undefined {
  if (mode === "helical") {
    const element = flat(i, size);
    return element >= 0 && element < size.reduce((n, m) => n * m, 1) ? element : undefined;
  }
  const inside = i.map((k, d) => sourceAlong(k, at(size, d), mode));
  return inside.includes(-1) ? undefined : flat(inside, size);
}

/** Step by step back into 0 … m - 1; -1 where there are zeros. */
export function sourceAlong(i: number, m: number, mode: string): number {
  let k = i;
  while (k < 0 || k >= m) {
    if (mode === "replicate") k = k < 0 ? 0 : m - 1;
    else if (mode === "circular") k += k < 0 ? m : -m;
    else if (mode === "reflect") k = m === 1 ? 0 : k < 0 ? -k : 2 * (m - 1) - k;
    else if (mode === "symmetric") k = k < 0 ? -1 - k : 2 * m - 1 - k;
    else return -1;
  }
  return k;
}

export function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (list, n) => list.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i])),
    [[]],
  );
}

const flat = (index: readonly number[], shape: readonly number[]): number =>
  index.reduce((sum, i, d) => sum * at(shape, d) + i, 0);

const at = (list: ArrayLike<number>, i: number): number => list[i] as number;
