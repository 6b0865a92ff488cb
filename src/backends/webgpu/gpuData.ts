// The data of a view whose elements lie in a GPU's buffer: nothing that the host could read.
import type { View } from "../../ndarray.js";

export class GpuData implements ArrayLike<number> {
  readonly [index: number]: number;

  /** `byteOffset`: of element 0, a whole number of elements; `length` counts reals. */
  constructor(
    readonly buffer: GPUBuffer,
    readonly byteOffset: number,
    readonly length: number,
  ) {}
}

export const gpuDataOf = ({ data }: Pick<View, "data">): GpuData | undefined =>
  (data as unknown) instanceof GpuData ? (data as unknown as GpuData) : undefined;
