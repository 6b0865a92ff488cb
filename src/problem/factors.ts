// Is a kernel an outer product of one vector per axis, w[k] = f_1[k_1] ⋯ f_d[k_d], to rounding? In O(size): the fibres through its
// largest element are the factors but for their rounding errors, which one sweep of alternating least squares averages out,
//
//   f_a[k] ← Σ w conj(g) / Σ |g|²        over the elements with k_a = k, where g is the product of the other factors
//
// and then every element is compared with the product p. That may stand for the kernel if
//
//   Σ max(0, |w - p| - a |w|) <= b |w|_2
//
// as then |x| * |w - p| <= a |x| * |w| + |x| * r with |r|_1 <= b |w|_2; and | |x| * |w| |_2 >= |x|_2 |w|_2 over the full range, so that
// relative to |x| * |w| no convolution changes by more than a + b.
import { allocate, copyElements, isComplex, sizeOf, type View } from "../ndarray.js";
import { contract, distance, largestOf, magnitudeAt, type Numbers, outer, scale, squaresOf } from "./outerProduct.js";
import type { Operand, Problem } from "./problem.js";

interface Tolerance {
  each: number;
  rest: number;
}

/** a and b, together well below the errors that are allowed (README, Accuracy). */
const tolerances: Record<Problem["precision"], Tolerance> = {
  f32: { each: 2 ** -22, rest: 2 ** -24 },
  f64: { each: 2 ** -49, rest: 2 ** -50 },
};

/** The taps of a kernel along one axis that count: `size` of them, from `start` on. */
export interface Taps {
  axis: number;
  start: number;
  size: number;
}

/**
 * A kernel for each of some axes, whose outer product is the given one as far as those taps go; undefined if there is none, or if the
 * kernel is not finite. The other axes have one tap each. There is one kernel for each group, and only one output and input channel.
 *
 * The largest element of a factor has magnitude 1, but that of the last brings the kernel's size: nothing underflows between the passes.
 */
export function factorise(
  kernel: Operand,
  taps: readonly Taps[],
  precision: Problem["precision"],
): Operand[] | undefined {
  const shape = taps.map(({ size }) => size);
  const stride = taps.map(({ axis }) => kernel.stride[axis] as number);
  const first = taps.reduce((element, { start }, p) => element + start * (stride[p] as number), 0);
  const groups: Numbers[][] = [];
  for (const group of kernel.group) {
    const offset = first + group + (kernel.batch[0] as number) + (kernel.channel[0] as number);
    const factors = factorsOf({ ...kernel.view, shape, stride, offset }, tolerances[precision]);
    if (!factors) return undefined;
    groups.push(factors);
  }
  return taps.map(({ axis, start, size }, p) => ({
    view: pack(
      groups.map((factors) => factors[p] as Numbers),
      precision,
    ),
    // Tap number `start` is the view's first element.
    batch: [-start],
    group: groups.map((_, g) => g * size),
    channel: [0],
    stride: kernel.stride.map((_, d) => (d === axis ? 1 : 0)),
  }));
}

function factorsOf(kernel: View, tolerance: Tolerance): Numbers[] | undefined {
  if (!mayBeProduct(kernel)) return undefined;
  const w = numbersOf(kernel);
  const pivot = largestOf(w);
  const size = pivot.magnitude;
  if (size === 0) return kernel.shape.map((n) => ({ re: new Float64Array(n) }));
  if (!Number.isFinite(size)) return undefined;
  const fibres = kernel.shape.map((_, axis) => fibre(w, kernel.shape, axis, pivot.index));
  for (const numbers of fibres) scale(numbers, 1 / size);
  const factors = refine(w, fibres);
  return isNear(w, factors, size, tolerance) ? factors : undefined;
}

/** Whether the product of the factors may stand for w, whose largest magnitude is `size`. */
function isNear(w: Numbers, factors: readonly Numbers[], size: number, { each, rest }: Tolerance): boolean {
  const head = factors.slice(0, -1).reduce(outer);
  const last = factors.at(-1) as Numbers;
  const n = last.re.length;
  let excess = 0;
  let squares = 0;
  for (let r = 0, k = 0; r < head.re.length; r++)
    for (let i = 0; i < n; i++, k++) {
      const found = distance(w, k, head, r, last, i) / size;
      const magnitude = magnitudeAt(w, k) / size;
      squares += magnitude * magnitude;
      // NaN, where the sums overflow, is not near.
      if (!(found <= each * magnitude)) excess += found - each * magnitude;
    }
  return excess <= rest * Math.sqrt(squares);
}

/** How many elements are looked at first, and how far off they may be. */
const SAMPLES = 64;
const FAR = 1e-3;

/** Most kernels are no products, and a few elements show it: in a product s and t may exchange their index along an axis. */
function mayBeProduct({ data, dtype, shape, stride, offset }: View): boolean {
  const read = (index: readonly number[], unit = 1): [re: number, im: number] => {
    const element = index.reduce((sum, k, d) => sum + k * (stride[d] as number), offset);
    if (!isComplex(dtype)) return [(data[element] as number) / unit, 0];
    return [(data[2 * element] as number) / unit, (data[2 * element + 1] as number) / unit];
  };
  const magnitude = (index: readonly number[]) => Math.hypot(...read(index));
  const size = sizeOf(shape, "kernel");
  const count = Math.min(size, SAMPLES);
  const samples = Array.from({ length: count }, (_, i) => indexOf(Math.floor(((i + 0.5) * size) / count), shape));
  const pivot = samples.reduce((best, s) => (magnitude(s) > magnitude(best) ? s : best));
  const largest = magnitude(pivot) || 1;
  const product = (s: readonly number[], t: readonly number[]): [re: number, im: number] => {
    const [[a, b], [c, d]] = [read(s, largest), read(t, largest)];
    return [a * c - b * d, a * d + b * c];
  };
  return samples.every((s, i) => {
    const axis = i % shape.length;
    const [p, q] = [s.with(axis, pivot[axis] as number), pivot.with(axis, s[axis] as number)];
    const [[a, b], [c, d]] = [product(s, pivot), product(p, q)];
    return Math.hypot(a - c, b - d) <= FAR;
  });
}

/** The multi-index of element k in row-major order. */
function indexOf(k: number, shape: readonly number[]): number[] {
  const index = shape.map(() => 0);
  for (let d = shape.length - 1; d >= 0; d--) {
    const n = shape[d] as number;
    index[d] = k % n;
    k = Math.floor(k / n);
  }
  return index;
}

/** The elements along an axis that have their other indices in common with element k. */
function fibre({ re, im }: Numbers, shape: readonly number[], axis: number, k: number): Numbers {
  const n = shape[axis] as number;
  const step = shape.slice(axis + 1).reduce((product, m) => product * m, 1);
  const first = k - (Math.floor(k / step) % n) * step;
  const take = (part: Float64Array) => Float64Array.from({ length: n }, (_, i) => part[first + i * step] as number);
  return { re: take(re), im: im && take(im) };
}

/**
 * One sweep: each factor in turn becomes the one with which, the others given, the product is nearest to w. Their largest elements have
 * magnitude 1, but for the last factor's.
 */
function refine(w: Numbers, factors: readonly Numbers[]): Numbers[] {
  // w without its last axes, which are summed over with their factors: what the first axis needs, the second, …
  const heads = [w];
  for (const factor of factors.slice(1).reverse()) heads.unshift(contract(heads[0] as Numbers, factor, 1));
  const refined: Numbers[] = [];
  for (const [axis, head] of heads.entries()) {
    const sums = refined.reduce((rest, other) => contract(rest, other, rest.re.length / other.re.length), head);
    const isLast = axis === heads.length - 1;
    const unit = isLast ? refined.reduce((product, other) => product * squaresOf(other), 1) : largestOf(sums).magnitude;
    scale(sums, 1 / unit);
    refined.push(sums);
  }
  return refined;
}

/** Elements in row-major order. */
function numbersOf(view: View): Numbers {
  const complex = isComplex(view.dtype);
  const packed = allocate(view.shape, complex ? "complex128" : "float64", "a copy of the kernel");
  copyElements(view, packed);
  const data = packed.data as Float64Array;
  return complex ? { re: data.filter((_, i) => i % 2 === 0), im: data.filter((_, i) => i % 2 === 1) } : { re: data };
}

/** A factor for each group, one after the other. */
function pack(factors: readonly Numbers[], precision: Problem["precision"]): View {
  const re = factors.flatMap((factor) => [...factor.re]);
  const im = factors.flatMap((factor) => [...(factor.im ?? [])]);
  const single = precision === "f32";
  const dtype = im.length > 0 ? (single ? "complex64" : "complex128") : single ? "float32" : "float64";
  const view = allocate([re.length], dtype, "the factors of the kernel");
  view.data.set(im.length > 0 ? re.flatMap((real, k) => [real, im[k] as number]) : re);
  return view;
}
