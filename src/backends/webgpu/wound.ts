// What executables share: an operand is wound, something is computed along the helix, and the result is unwound, bite by bite.
import { HelixError } from "../../errors.js";
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Control, Executable, Outcome, Output } from "../backend.js";
import { aborted } from "../stepped.js";
import type { Gpu } from "./gpu.js";
import { type HelixTable, helixTable, packedAxes, type WoundAxis } from "./helix.js";
import type { Lease } from "./pool.js";
import type { Bite, Rounds, Slab } from "./rounds.js";
import {
  clearUncomputed,
  deliver,
  filled,
  isResident,
  packedSlabs,
  partsOf,
  READBACK,
  STORAGE,
  sumOf,
  UNIFORM,
  upload,
} from "./transfer.js";

/** Bytes of buffers for one bite's slabs, unless one round needs more. */
const BITE_BYTES = 2 ** 27;
/** Beyond this, Σ|x| Σ|w| may overflow on the way. */
const LARGEST = 3.4e38;

/** One side of the sides of shaders/helix.wgsl: an operand on its way to the helix, or a result on its way back. */
export interface SideSpec {
  axes: readonly WoundAxis[];
  slabs: readonly Slab[];
  /** The element at the beginning of the buffer. */
  origin: number;
  low: number;
  high: number;
  parts: 1 | 2;
  scale: readonly [re: number, im: number];
}

export interface SideBuffers {
  sides: GPUBuffer;
  places: GPUBuffer;
  slabs: GPUBuffer;
}

/** What a bite is computed from, and where to. */
export interface BiteBuffers extends SideBuffers {
  signal: GPUBuffer;
  result: GPUBuffer;
}

export abstract class Wound implements Executable {
  readonly overlaps = true;
  /** Gives the kernel's buffers back. */
  protected kernelLease: Lease | undefined;
  /** Σ|w|, and what came of bringing the kernel to the GPU. */
  protected kernelSum = 0;
  protected kernelReady: Promise<void> = Promise.resolve();
  /** The tables of the sides last seen, which most runs have in common. */
  private readonly tables = new Map<string, HelixTable>();
  /** Halved when memory runs out. */
  private budget: number;

  constructor(
    protected readonly gpu: Gpu,
    protected readonly plan: Plan,
  ) {
    this.budget = Math.min(BITE_BYTES, gpu.limits.binding);
  }

  abstract setKernel(kernel: Operand): void;
  /** The rounds of a run, what is checked for finiteness, and how many numbers of a block there are. */
  protected abstract start(signal: Operand, out: Output): Rounds;
  /** Bytes of slabs that a round needs, in the largest of its buffers. */
  protected abstract readonly roundBytes: number;
  /** Slabs of a round, of whichever there are more. */
  protected abstract readonly roundSlabs: number;
  /** The operand that is wound: the signal, or where that is smaller, its samples are the taps and the kernel is wound. */
  protected abstract samples(signal: Operand): Operand;
  /** Numbers of a block that are wound, and those that are unwound. */
  protected abstract readonly numbers: { length: number; low: number; high: number };
  protected abstract readonly conjugate: boolean;
  protected abstract encode(
    pass: GPUComputePassEncoder,
    bite: Bite,
    buffers: BiteBuffers,
    lease: Lease,
    rounds: Rounds,
  ): void;

  async run(signal: Operand, out: Output, control: Control): Promise<Outcome> {
    stopIfAborted(control);
    await this.kernelReady;
    if (!(sumOf(signal.view) * Math.max(this.kernelSum, Number.MIN_VALUE) < LARGEST)) return "refused";
    clearUncomputed(this.gpu, this.plan, out);
    const rounds = this.start(signal, out);
    for (;;)
      try {
        await this.runRounds(rounds, this.samples(signal), out, control);
        return "done";
      } catch (error) {
        const smaller = this.budget / 2;
        if (!(error instanceof HelixError && error.code === "out-of-memory") || smaller < this.roundBytes) throw error;
        this.gpu.pool.dispose();
        this.budget = smaller;
      }
  }

  dispose(): void {
    this.kernelLease?.release();
    this.kernelLease = undefined;
  }

  private async runRounds(rounds: Rounds, samples: Operand, out: Output, control: Control): Promise<void> {
    const { gpu } = this;
    const parts = partsOf(out.view);
    const limits = {
      rounds: Math.max(
        1,
        Math.min(Math.floor(this.budget / this.roundBytes), Math.floor(gpu.limits.workgroups / this.roundSlabs)),
      ),
      read: Math.max(1, Math.floor(this.budget / (4 * partsOf(samples.view)))),
      written: isResident(out) ? Number.POSITIVE_INFINITY : Math.floor(this.budget / (4 * parts)),
    };
    for (const bite of rounds.bites(limits)) {
      stopIfAborted(control);
      await this.runBite(rounds, bite, samples, out, control);
      control.onProgress?.(bite.done / rounds.count);
    }
  }

  private async runBite(rounds: Rounds, bite: Bite, samples: Operand, out: Output, control: Control): Promise<void> {
    const { gpu } = this;
    const { device } = gpu;
    const lease = gpu.pool.lease();
    const readback = gpu.pool.lease();
    try {
      const parts = partsOf(out.view);
      const { result: staging, accepted } = gpu.submit(() => {
        this.mustFit(bite, samples, out);
        const input = upload(gpu, lease, samples.view, bite.first, bite.last);
        const toHost = isResident(out) ? undefined : packedSlabs(bite.outputs);
        const output = toHost
          ? { buffer: lease.take(4 * parts * toHost.elements, STORAGE), origin: 0 }
          : upload(gpu, lease, out.view, 0, 0);
        const sides = this.sideBuffers(lease, [
          this.woundSide(rounds.sampleAxes, bite.inputs, input.origin, samples),
          {
            axes: toHost ? packedAxes(rounds.outAxes) : rounds.outAxes,
            slabs: toHost ? toHost.slabs : bite.outputs,
            origin: output.origin,
            low: this.numbers.low,
            high: this.numbers.high,
            parts,
            scale: [1, 1],
          },
        ]);
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        this.encode(pass, bite, { ...sides, signal: input.buffer, result: output.buffer }, lease, rounds);
        pass.end();
        const bytes = 4 * parts * (toHost?.elements ?? 0);
        const mappable = toHost && bytes > 0 ? readback.take(bytes, READBACK) : undefined;
        if (mappable) encoder.copyBufferToBuffer(output.buffer, 0, mappable, 0, bytes);
        device.queue.submit([encoder.finish()]);
        return mappable && { buffer: mappable, bytes };
      });
      const mapped = staging?.buffer.mapAsync(GPU_MAP_READ, 0, staging.bytes);
      mapped?.catch(() => {});
      await accepted;
      // Work that is submitted later may use them.
      lease.release();
      if (!staging || !mapped) return;
      await untilAborted(mapped, control);
      deliver(new Float32Array(staging.buffer.getMappedRange(0, staging.bytes)), out, rounds.outAxes, bite.outputs);
      staging.buffer.unmap();
      readback.release();
    } catch (error) {
      lease.destroy();
      readback.destroy();
      if (error instanceof HelixError) throw error;
      await gpu.settled();
      throw gpu.failure(error, "the GPU did not finish its work");
    }
  }

  /** A bite of one round cannot be made smaller. */
  private mustFit(bite: Bite, samples: Operand, out: Output): void {
    const { binding } = this.gpu.limits;
    const read = isResident(samples) ? 0 : 4 * partsOf(samples.view) * (bite.last - bite.first + 1);
    const written = 4 * partsOf(out.view) * bite.outputs.reduce((sum, { count }) => sum + count, 0);
    const most = Math.max(read, isResident(out) ? 0 : written, this.roundBytes);
    if (most > binding)
      throw new HelixError(
        "out-of-memory",
        `a buffer on this GPU may have ${binding} bytes; one step of this plan needs ${most}; use backend "wasm", or split the problem along an axis`,
        { expected: binding, actual: most },
      );
  }

  protected woundSide(
    axes: readonly WoundAxis[],
    slabs: readonly Slab[],
    origin: number,
    { view }: Operand,
    { scale = 1, conjugate = this.conjugate } = {},
  ): SideSpec {
    const { length } = this.numbers;
    const signs = [scale, conjugate ? -scale : scale] as const;
    return { axes, slabs, origin, low: 0, high: length, parts: partsOf(view), scale: signs };
  }

  /** The uniform, the index tables and the lists of slabs of one or two sides. */
  protected sideBuffers(lease: Lease, specs: readonly SideSpec[]): SideBuffers {
    const sides = new ArrayBuffer(2 * SIDE);
    const tables = specs.map(({ axes }) => this.tableOf(axes));
    const places = new Int32Array(tables.reduce((n, table) => n + table.places.length, 0));
    const slabs = new Int32Array(3 * specs.reduce((n, spec) => n + spec.slabs.length, 0));
    let [place, list] = [0, 0];
    for (const [k, { slabs: own, origin, low, high, parts, scale }] of specs.entries()) {
      const { pitch, end, places: table } = tables[k] as (typeof tables)[0];
      new Float32Array(sides, k * SIDE, 2).set(scale);
      new Uint32Array(sides, k * SIDE + 8, 8).set([pitch, end, low, high, parts, place, list, own.length]);
      places.set(table, place);
      place += table.length;
      for (const { base, shift, kernel } of own) {
        slabs.set([base - origin, shift, kernel], 3 * list);
        list++;
      }
    }
    return {
      sides: filled(this.gpu, lease, sides, UNIFORM),
      places: filled(this.gpu, lease, places),
      slabs: filled(this.gpu, lease, slabs),
    };
  }

  private tableOf(axes: readonly WoundAxis[]): HelixTable {
    const key = JSON.stringify(axes);
    const table = this.tables.get(key) ?? helixTable(axes);
    this.tables.delete(key);
    this.tables.set(key, table);
    if (this.tables.size > KEEP_TABLES) this.tables.delete(this.tables.keys().next().value as string);
    return table;
  }
}

/** Sides whose tables are kept: those of the kernel, the signal and the result. */
const KEEP_TABLES = 3;
/** Bytes of a Side, and GPUMapMode.READ. */
const SIDE = 48;
const GPU_MAP_READ = 1;

export function stopIfAborted({ abort }: Control): void {
  if (abort?.aborted) throw aborted(abort);
}

/** Waits for the GPU, or until there is no need to. */
async function untilAborted(work: Promise<unknown>, { abort }: Control): Promise<void> {
  if (!abort) {
    await work;
    return;
  }
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(aborted(abort));
    abort.addEventListener("abort", stop);
  });
  // The buffer's destruction rejects it.
  work.catch(() => {});
  try {
    await Promise.race([work, stopped]);
  } finally {
    abort.removeEventListener("abort", stop);
  }
}
