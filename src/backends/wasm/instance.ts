// An instance of a module, and the arena in its memory: regions are laid out one after the other from the start, sized from the
// plan, and given back all at once.
import { HelixError } from "../../errors.js";
import type { FloatArray } from "../../ndarray.js";

/** The entry points of assembly/index.ts. Addresses and byte counts are numbers; `bool` is 0 or 1. */
export interface Exports {
  LANES: WebAssembly.Global;
  TILE: WebAssembly.Global;
  AXIS: WebAssembly.Global;
  ROWS_AXIS: WebAssembly.Global;
  TAP: WebAssembly.Global;
  TABLE: WebAssembly.Global;
  FAR: WebAssembly.Global;
  COLUMN: WebAssembly.Global;
  WEIGHTS: WebAssembly.Global;
  GROUP: WebAssembly.Global;
  SUM: WebAssembly.Global;
  OUTPUTS: WebAssembly.Global;
  HEAP: WebAssembly.Global;
  clear(address: number, bytes: number): void;
  move(to: number, from: number, bytes: number): void;
  forward(strip: number, buffer: number, bytes: number, plan: number, y: number, chunk: number, stride: number): void;
  inverse(strip: number, buffer: number, bytes: number, plan: number, y: number, chunk: number, stride: number): void;
  convolve(strip: number, buffer: number, bytes: number, plan: number, w: number): void;
  multiplyAccumulate(
    x: number,
    xStride: number,
    w: number,
    wStride: number,
    chunk: number,
    from: number,
    to: number,
    pairs: number,
    inputs: number,
    outputs: number,
    scratch: number,
  ): void;
  wind(
    complex: number,
    strip: number,
    plane: number,
    size: number,
    r: number,
    array: number,
    axes: number,
    rank: number,
    scales: number,
    sum: number,
  ): void;
  unwind(
    complex: number,
    strip: number,
    plane: number,
    low: number,
    high: number,
    r: number,
    array: number,
    axes: number,
    rank: number,
  ): void;
  gather(
    taps: number,
    lag: number,
    array: number,
    axes: number,
    rank: number,
    complex: number,
    scaleIm: number,
    zeros: number,
  ): number;
  directReal(y: number, x: number, table: number, span: number, added: number): void;
  directComplex(y: number, yPlane: number, x: number, xPlane: number, table: number, span: number, added: number): void;
  tiles(
    y: number,
    plane: number,
    x: number,
    lags: number,
    weights: number,
    taps: number,
    vectors: number,
    end: number,
  ): void;
  pack(weights: number, places: number, taps: number, array: number, scale: number): number;
  rows(
    y: number,
    w: number,
    x: number,
    axes: number,
    rank: number,
    complex: number,
    scaleImW: number,
    scaleImX: number,
  ): void;
  applyStrips(
    strips: number,
    count: number,
    length: number,
    work: number,
    y: number,
    taps: number,
    end: number,
    adjoint: number,
  ): void;
  divideStrips(
    strips: number,
    count: number,
    length: number,
    work: number,
    taps: number,
    tapsEnd: number,
    columns: number,
    columnsEnd: number,
    block: number,
    adjoint: number,
    peaks: number,
  ): void;
  narrow(sums: number, array: number, axes: number, rank: number, parts: number): number;
}

const PAGE = 65536;
export const MAX_BYTES = 65536 * PAGE;
const ALIGN = 64;

export class Instance {
  readonly memory: WebAssembly.Memory;
  readonly exports: Exports;
  readonly lanes: number;
  /** Bytes of a real. */
  readonly real: number;
  private top: number;

  /** `shared`: whether the memory can be shared with threads; the module must be compiled for it (see `shareMemory`). */
  constructor(
    readonly module: WebAssembly.Module,
    readonly precision: "f32" | "f64",
    readonly shared: boolean,
  ) {
    this.memory = createMemory(shared);
    this.exports = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports as unknown as Exports;
    this.lanes = this.exports.LANES.value;
    this.real = precision === "f32" ? 4 : 8;
    this.top = this.exports.HEAP.value;
  }

  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Room for `bytes`, not cleared. Views of the memory taken before are detached. */
  allocate(bytes: number): number {
    const address = Math.ceil(this.top / ALIGN) * ALIGN;
    const end = address + Math.ceil(bytes);
    if (end > this.bytes) this.grow(end);
    this.top = end;
    return address;
  }

  /** A mark for `release`, which gives back all that was allocated since. */
  mark(): number {
    return this.top;
  }

  release(mark: number = this.exports.HEAP.value): void {
    this.top = mark;
  }

  /** `count` reals from an address; valid until the next allocation. */
  reals(address: number, count: number): FloatArray {
    const { buffer } = this.memory;
    return this.precision === "f32"
      ? new Float32Array(buffer, address, count)
      : new Float64Array(buffer, address, count);
  }

  doubles(address: number, count: number): Float64Array {
    return new Float64Array(this.memory.buffer, address, count);
  }

  words(address: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, count);
  }

  private grow(end: number): void {
    const outOfMemory = (cause?: unknown) =>
      new HelixError(
        "out-of-memory",
        `WebAssembly can address ${MAX_BYTES} bytes and this machine must have them free; this problem needs ${end}; split it along an axis, or use method "direct" or float32`,
        { expected: MAX_BYTES, actual: end, cause },
      );
    if (end > MAX_BYTES) throw outOfMemory();
    try {
      this.memory.grow(Math.ceil((end - this.bytes) / PAGE));
    } catch (cause) {
      throw outOfMemory(cause);
    }
  }
}

/** Engines keep room for 4 GiB for each, and browsers have room for some hundred. */
function createMemory(shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: 65536, shared });
  } catch (cause) {
    throw new HelixError(
      "out-of-memory",
      `this engine has no room for another WebAssembly memory: ${String(cause)}; dispose of prepared convolutions that are no longer needed`,
      { cause },
    );
  }
}
