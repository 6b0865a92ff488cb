// Elements on their way to the GPU and back.
import { copyElements, isComplex, isRowMajor, rangeOf, rowMajor, type View } from "../../ndarray.js";
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import { type HelixAxis, isPacked } from "../helixAxes.js";
import { clear } from "../zero.js";
import type { Gpu } from "./gpu.js";
import { GpuData, gpuDataOf } from "./gpuData.js";
import type { Lease } from "./pool.js";
import type { OutSlab } from "./rounds.js";

/** Of a buffer that shaders work on, and of one that results are read from; GPUBufferUsage's numbers. */
export const STORAGE = 0x80 | 0x8 | 0x4;
export const UNIFORM = 0x40 | 0x8;
export const READBACK = 0x1 | 0x8;

export const partsOf = ({ dtype }: Pick<View, "dtype">): 1 | 2 => (isComplex(dtype) ? 2 : 1);

/** Elements in a buffer. */
export interface Placed {
  buffer: GPUBuffer;
  /** The element that lies at the beginning of the buffer; not an element of the array if that begins later. */
  origin: number;
}

/** Elements first, …, last of a view, in a buffer. */
export function upload(gpu: Gpu, lease: Lease, view: View, first: number, last: number): Placed {
  const parts = partsOf(view);
  const resident = gpuDataOf(view);
  if (resident) return { buffer: resident.buffer, origin: -resident.byteOffset / (4 * parts) };
  const buffer = lease.take(4 * parts * (last - first + 1), STORAGE);
  gpu.device.queue.writeBuffer(buffer, 0, reals(view, parts * first, parts * (last + 1)));
  return { buffer, origin: first };
}

function reals({ data }: View, from: number, to: number): Float32Array<ArrayBuffer> {
  const isPlain = (array: unknown): array is Float32Array<ArrayBuffer> =>
    array instanceof Float32Array && array.buffer instanceof ArrayBuffer;
  if (isPlain(data)) return data.subarray(from, to);
  const copy = new Float32Array(to - from);
  for (let i = from; i < to; i++) copy[i - from] = data[i] as number;
  return copy;
}

/** A buffer with these contents. */
export function filled(
  gpu: Gpu,
  lease: Lease,
  contents: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | ArrayBuffer,
  usage = STORAGE,
): GPUBuffer {
  const buffer = lease.take(contents.byteLength, usage);
  if (contents.byteLength > 0) gpu.device.queue.writeBuffer(buffer, 0, contents);
  return buffer;
}

/** Σ |x| over a view's elements; not finite if one of them is not. What lies on a GPU is taken to be harmless. */
export function sumOf(view: View): number {
  if (gpuDataOf(view)) return 0;
  const { first, last } = rangeOf(view);
  const parts = partsOf(view);
  const sum = absolute(view.data, parts * first, parts * (last + 1));
  if (Number.isFinite(sum) || isRowMajor(view)) return sum;
  // What lies between the elements may be anything.
  const size = view.shape.reduce((n, m) => n * m, parts);
  const packed = { ...view, data: new Float64Array(size), stride: rowMajor(view.shape), offset: 0 };
  copyElements(view, packed);
  return absolute(packed.data, 0, size);
}

function absolute(data: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += Math.abs(data[i] as number);
  return sum;
}

/** Elements of a result that lie together in the buffer that is read back, and in the array. */
interface Stretch {
  from: number;
  to: number;
  count: number;
}

/** Where the slabs of a bite go: for a host's array one behind the other, to be copied to their places. */
export function packedSlabs(outputs: readonly OutSlab[]): { slabs: OutSlab[]; elements: number } {
  let elements = 0;
  const slabs = outputs.map((slab) => {
    const packed = { ...slab, base: elements - slab.before };
    elements += slab.count;
    return packed;
  });
  return { slabs, elements };
}

/** Copies what `packedSlabs` has laid out to its places in the array. */
export function deliver(
  mapped: Float32Array,
  { view }: Output,
  axes: readonly HelixAxis[],
  outputs: readonly OutSlab[],
): void {
  const parts = partsOf(view);
  let from = 0;
  if (!isPacked(axes)) {
    for (const slab of outputs) {
      scatter(mapped, parts * from, view, axes, slab);
      from += slab.count;
    }
    return;
  }
  const stretches: Stretch[] = [];
  for (const { base, before, count } of outputs) {
    const last = stretches.at(-1);
    const to = base + before;
    if (last && last.to + last.count === to) last.count += count;
    else stretches.push({ from, to, count });
    from += count;
  }
  for (const { from, to, count } of stretches)
    view.data.set(mapped.subarray(parts * from, parts * (from + count)), parts * to);
}

/** Elements of a slab, packed, to places that are not next to each other. */
function scatter(
  mapped: Float32Array,
  from: number,
  view: Output["view"],
  axes: readonly HelixAxis[],
  { base, before, count }: OutSlab,
): void {
  const parts = partsOf(view);
  const row = axes.at(-1) as HelixAxis;
  for (let k = 0; k < count; ) {
    let element = base;
    let rest = before + k;
    for (const { count: n, stride } of [...axes].reverse()) {
      element += (rest % n) * stride;
      rest = Math.floor(rest / n);
    }
    const end = Math.min(count, k + row.count - ((before + k) % row.count));
    for (; k < end; k++, element += row.stride)
      for (let part = 0; part < parts; part++)
        view.data[parts * element + part] = mapped[from + parts * k + part] as number;
  }
}

/** Zeros in a result of which the plan computes only a part, or nothing. */
export function clearUncomputed(gpu: Gpu, plan: Plan, out: Output): void {
  const size = out.view.shape.reduce((product, n) => product * n, 1);
  const computed =
    plan.run.kind === "zero"
      ? 0
      : plan.axes.reduce((n, axis) => n * axis.out.size, plan.batch * plan.groups * plan.cout);
  if (computed === size) return;
  const resident = gpuDataOf(out.view);
  if (!resident) {
    clear(out);
    return;
  }
  const encoder = gpu.device.createCommandEncoder();
  encoder.clearBuffer(resident.buffer, resident.byteOffset, 4 * partsOf(out.view) * size);
  gpu.device.queue.submit([encoder.finish()]);
}

/** The kind of an operand's place. */
export const isResident = ({ view }: Operand): boolean => (view.data as unknown) instanceof GpuData;
