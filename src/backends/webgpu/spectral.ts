// Circular convolutions on the helix: wind, transform, multiply, transform back, unwind. Spectra of the kernel are kept.
//
//   Y[b,g,o][t] = Σ_c Σ X[b,g,c][i] W[g,o,c][k]        over the slabs i, k that meet in t
//
//   dispatches                  whole (layout.ts)     split
//   one slab by one slab        convolve              forward, multiply, inverse
//   slabs and channels          spectra, sum          forward, transform, accumulate, inverse

import { rangeOf } from "../../ndarray.js";
import type { Plan, Spectral as SpectralRun } from "../../plan/plan.js";
import { slabCounts, slabOffsets, slabPairs } from "../../plan/slabs.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import type { Gpu } from "./gpu.js";
import { woundAxes } from "./helix.js";
import { type Constants, type Layout, layoutOf } from "./layout.js";
import type { Lease } from "./pool.js";
import { roots } from "./roots.js";
import { type Bite, Rounds, type Slab } from "./rounds.js";
import type { EntryName } from "./shaders.js";
import { filled, STORAGE, sumOf, upload } from "./transfer.js";
import { type BiteBuffers, Wound } from "./wound.js";

/** Slabs of the kernel that are transformed together. */
const KERNEL_SLABS = 2 ** 15;

type Pipelines = Partial<Record<EntryName, GPUComputePipeline>>;

export class Spectral extends Wound {
  protected readonly roundBytes: number;
  protected readonly roundSlabs: number;
  protected readonly numbers: { length: number; low: number; high: number };
  protected readonly conjugate: boolean;
  private readonly points: number;
  private readonly inputs: number;
  private readonly kernels: number;
  private readonly outputs: number;
  /** One slab by one slab. */
  private readonly single: boolean;
  private spectrum: GPUBuffer | undefined;
  private readonly pairList: Uint32Array<ArrayBuffer>;

  private constructor(
    gpu: Gpu,
    plan: Plan,
    private readonly spectral: SpectralRun,
    private readonly layout: Layout,
    private readonly pipelines: Pipelines,
  ) {
    super(gpu, plan);
    const slabs = slabCounts(plan);
    this.points = layout.points;
    this.inputs = plan.cin * slabs.x;
    this.kernels = plan.cin * plan.cout * slabs.w;
    this.outputs = plan.cout * slabs.out;
    this.single = isSingle(plan);
    this.roundSlabs = Math.max(this.inputs, this.outputs);
    this.roundBytes = 8 * this.points * this.roundSlabs;
    const { halo, advance, length } = spectral;
    this.numbers = { length, low: halo, high: halo + advance };
    this.conjugate = plan.conj.x;
    this.pairList = this.single ? new Uint32Array() : pairsOf(plan, this.inputs, this.outputs);
  }

  static async create(gpu: Gpu, plan: Plan, run: SpectralRun): Promise<Spectral> {
    const real = run.ring === "negacyclic";
    const layout = layoutOf(real ? run.length / 2 : run.length, run.odd, real, gpu.limits);
    const names = entriesOf(layout, isSingle(plan));
    const compiled = await Promise.all(names.map((name) => gpu.pipeline(name, constantsOf(layout, name))));
    const pipelines = Object.fromEntries(names.map((name, k) => [name, compiled[k]]));
    return new Spectral(gpu, plan, run, layout, pipelines);
  }

  setKernel(kernel: Operand): void {
    this.kernelSum = sumOf(kernel.view);
    this.kernelReady = this.gpu.check(() => this.transformKernel(kernel));
    this.kernelReady.catch(() => {});
  }

  protected samples(signal: Operand): Operand {
    return signal;
  }

  protected start(signal: Operand, out: Output): Rounds {
    const { plan, spectral, kernels } = this;
    const offsets = slabOffsets(plan, "out", out.stride);
    return new Rounds(plan, spectral, {
      samples: signal,
      which: "x",
      out,
      outputs: (b, g) => {
        const base = at(out.batch, b) + at(out.group, g);
        return out.channel.flatMap((o) => offsets.map((offset) => ({ base: base + o + offset, kernel: g * kernels })));
      },
    });
  }

  protected encode(pass: GPUComputePassEncoder, bite: Bite, buffers: BiteBuffers, lease: Lease): void {
    const { layout, spectrum, single } = this;
    const { sides, places, slabs, signal, result } = buffers;
    if (!spectrum) throw new Error("setKernel comes before run");
    const [inputs, outputs] = [bite.inputs.length, bite.outputs.length];
    const { byColumn, byRow, coarse, fine } = this.twiddles();
    const pairs = single ? undefined : filled(this.gpu, lease, this.pairList);
    if (layout.kind === "whole") {
      const common = { sides, places, slabs, roots: byRow, fine };
      if (!pairs) {
        this.dispatch(pass, "convolve", { ...common, signal, result, spectrum }, outputs);
        return;
      }
      const data = lease.take(8 * this.points * inputs, STORAGE);
      this.dispatch(pass, "spectra", { ...common, signal, data }, inputs);
      this.dispatch(pass, "sum", { ...common, result, data, spectrum, pairs }, outputs);
      return;
    }
    const data = lease.take(8 * this.points * inputs, STORAGE);
    const between = { sides, slabs, roots: byRow, data, coarse, fine, spectrum };
    this.dispatch(pass, "forward", { sides, places, slabs, signal, roots: byColumn, data, coarse, fine }, inputs);
    let last = data;
    if (!pairs) this.dispatch(pass, "multiply", between, inputs);
    else {
      last = lease.take(8 * this.points * outputs, STORAGE);
      this.dispatch(pass, "transform", { roots: byRow, data }, inputs);
      this.dispatch(pass, "accumulate", { ...between, pairs, products: last }, outputs);
    }
    this.dispatch(pass, "inverse", { sides, places, slabs, result, roots: byColumn, data: last, coarse }, outputs);
  }

  private dispatch(
    pass: GPUComputePassEncoder,
    entry: EntryName,
    buffers: Record<string, GPUBuffer | GPUBufferBinding>,
    slabs: number,
  ): void {
    const pipeline = this.pipelines[entry] as GPUComputePipeline;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, this.gpu.bind(entry, pipeline, buffers));
    const { layout } = this;
    if (layout.kind === "whole") pass.dispatchWorkgroups(Math.ceil(slabs / layout.lanes));
    else if (entry === "forward" || entry === "inverse")
      pass.dispatchWorkgroups(layout.row / layout.columnLanes, slabs);
    else pass.dispatchWorkgroups(layout.column / layout.rowLanes, slabs);
  }

  /** Winds and transforms the slabs of the kernel. */
  private transformKernel(kernel: Operand): void {
    const { gpu, plan, layout, points } = this;
    const axes = woundAxes(plan, kernel, "w");
    const offsets = slabOffsets(plan, "w", kernel.stride);
    const slabs = kernel.group.flatMap((g) =>
      kernel.batch.flatMap((o) =>
        kernel.channel.flatMap((c) =>
          offsets.map((offset): Slab => ({ base: g + o + c + offset, shift: 0, kernel: 0 })),
        ),
      ),
    );
    this.kernelLease ??= gpu.pool.lease();
    this.spectrum ??= this.kernelLease.take(8 * points * slabs.length, STORAGE);
    const lease = gpu.pool.lease();
    const { first, last } = rangeOf(kernel.view);
    const { buffer: signal, origin } = upload(gpu, lease, kernel.view, first, last);
    const { byColumn, byRow, coarse, fine } = this.twiddles();
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let from = 0; from < slabs.length; from += KERNEL_SLABS) {
      const some = slabs.slice(from, from + KERNEL_SLABS);
      const side = this.woundSide(axes, some, origin, kernel, { scale: 1 / points, conjugate: plan.conj.w });
      const common = { ...this.sideBuffers(lease, [side]), signal, fine };
      const data = { buffer: this.spectrum, offset: 8 * points * from, size: 8 * points * some.length };
      if (layout.kind === "whole") this.dispatch(pass, "spectra", { ...common, roots: byRow, data }, some.length);
      else {
        this.dispatch(pass, "forward", { ...common, roots: byColumn, data, coarse }, some.length);
        this.dispatch(pass, "transform", { roots: byRow, data }, some.length);
      }
    }
    pass.end();
    gpu.device.queue.submit([encoder.finish()]);
    lease.release();
  }

  private twiddles() {
    const { gpu, layout, points } = this;
    const table = (count: number, length: number) =>
      gpu.constant(`roots ${count} ${length}`, () => roots(count, length));
    if (layout.kind === "whole") {
      const byRow = table(points, points);
      return { byColumn: byRow, byRow, coarse: byRow, fine: table(points, 4 * points) };
    }
    const { column, row } = layout;
    return {
      byColumn: table(column, column),
      byRow: table(row, row),
      coarse: table(4 * column, 4 * column),
      fine: table(row, 4 * points),
    };
  }
}

function isSingle(plan: Plan): boolean {
  const { x, w, out } = slabCounts(plan);
  return plan.cin * plan.cout * x * w * out === 1;
}

/** The entry points of a layout, those of the kernel among them. */
function entriesOf({ kind }: Layout, single: boolean): EntryName[] {
  switch (kind) {
    case "whole":
      return single ? ["spectra", "convolve"] : ["spectra", "sum"];
    case "split":
      return single
        ? ["forward", "transform", "multiply", "inverse"]
        : ["forward", "transform", "accumulate", "inverse"];
    default:
      return kind satisfies never;
  }
}

function constantsOf(layout: Layout, entry: EntryName): Constants {
  if (layout.kind === "whole") return layout.constants;
  return entry === "forward" || entry === "inverse" ? layout.columns : layout.rows;
}

/** For shaders/rows.wgsl: inputs, outputs, where the pairs of each output begin and the last end, and the pairs. */
function pairsOf(plan: Plan, inputs: number, outputs: number): Uint32Array<ArrayBuffer> {
  const slabs = slabCounts(plan);
  const meeting = slabPairs(plan);
  const starts: number[] = [];
  const pairs: number[] = [];
  for (let o = 0; o < plan.cout; o++)
    for (const slab of meeting) {
      starts.push(3 + outputs + pairs.length);
      for (let c = 0; c < plan.cin; c++)
        for (const [i, k] of slab) pairs.push(c * slabs.x + i, (o * plan.cin + c) * slabs.w + k);
    }
  return Uint32Array.from([inputs, outputs, ...starts, 3 + outputs + pairs.length].concat(pairs));
}

const at = (list: readonly number[], i: number): number => list[i] as number;
