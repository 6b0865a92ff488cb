// Buffers that wait for reuse. What is in use belongs to a lease, which gives all of it back at once; what waits is bounded, and the
// longest unused goes first.

/** Bytes that may wait. */
const KEEP = 256 * 2 ** 20;

export class Pool {
  private readonly idle: GPUBuffer[] = [];
  /** Bytes of all buffers that are there, in use or not. */
  bytes = 0;

  constructor(private readonly device: GPUDevice) {}

  lease(): Lease {
    return new Lease(this);
  }

  /** A buffer of at least `bytes`, of unknown content. */
  take(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const size = roundUp(bytes);
    const found = this.idle.findIndex((buffer) => buffer.usage === usage && buffer.size === size);
    if (found >= 0) return this.idle.splice(found, 1)[0] as GPUBuffer;
    const buffer = this.device.createBuffer({ size, usage });
    this.bytes += size;
    return buffer;
  }

  giveBack(buffer: GPUBuffer): void {
    this.idle.push(buffer);
    let waiting = this.idle.reduce((sum, { size }) => sum + size, 0);
    while (waiting > KEEP) {
      const oldest = this.idle.shift() as GPUBuffer;
      waiting -= oldest.size;
      this.destroy(oldest);
    }
  }

  destroy(buffer: GPUBuffer): void {
    this.bytes -= buffer.size;
    buffer.destroy();
  }

  dispose(): void {
    for (const buffer of this.idle.splice(0)) this.destroy(buffer);
  }
}

/** Buffers that are used, and no longer used, together. */
export class Lease {
  private buffers: GPUBuffer[] = [];

  constructor(private readonly pool: Pool) {}

  take(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.pool.take(bytes, usage);
    this.buffers.push(buffer);
    return buffer;
  }

  /** Gives the buffers back for reuse, in work that is submitted after what uses them now. */
  release(): void {
    for (const buffer of this.buffers.splice(0)) this.pool.giveBack(buffer);
  }

  /** Instead of giving them back, where something went wrong. */
  destroy(): void {
    for (const buffer of this.buffers.splice(0)) this.pool.destroy(buffer);
  }
}

/** Sizes of which there are few, so that buffers fit again: at most an eighth is wasted. */
function roundUp(bytes: number): number {
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(Math.max(1, bytes))) - 3));
  return Math.max(256, Math.ceil(bytes / step) * step);
}
