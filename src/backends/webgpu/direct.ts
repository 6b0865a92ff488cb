// Direct sums along the strip: y[n] = Σ_c Σ_k w[c, k] x[c, n - lag_k]. One operand is wound, gaps and all; the samples of the other are the
// taps. A strip that is too long for a buffer is cut into segments, each with what the lags reach before it.
import { copyElements, isComplex, rowMajor, type View } from "../../ndarray.js";
import type { Hold, Plan } from "../../plan/plan.js";
import { slabOffsets } from "../../plan/slabs.js";
import type { Operand } from "../../problem/problem.js";
import type { Control, Outcome, Output } from "../backend.js";
import { type HelixAxis, innerAxes, reachOf } from "../helixAxes.js";
import type { Gpu } from "./gpu.js";

import type { Lease } from "./pool.js";
import { type Bite, type Cut, Rounds } from "./rounds.js";
import { filled, isResident, STORAGE, sumOf, UNIFORM } from "./transfer.js";
import { type BiteBuffers, Wound } from "./wound.js";

/** Taps whose partial sum is added to the total: more would lose digits in float32. */
const PARTIAL = 64;
/** Outputs of a thread. */
const OUTPUTS = 8;

export class Direct extends Wound {
  protected readonly roundBytes: number;
  protected readonly roundSlabs: number;
  protected readonly numbers: { length: number; low: number; high: number };
  protected readonly conjugate: boolean;
  private readonly parts: 1 | 2;
  private readonly cut: Cut;
  private readonly lags: Uint32Array<ArrayBuffer>;
  private readonly groups: Uint32Array<ArrayBuffer>;
  private kernel: Operand | undefined;
  /** With the kernel's samples as taps, for a signal on the GPU, whose samples cannot be read here. */
  private tappedByKernel: Promise<Direct> | undefined;

  private constructor(
    gpu: Gpu,
    plan: Plan,
    private readonly hold: Hold,
    private readonly threads: number,
    private readonly pipelines: Record<"wind" | "sums", GPUComputePipeline>,
  ) {
    super(gpu, plan);
    this.parts = plan.field === "complex" ? 2 : 1;
    const tapAxes = innerAxes(plan, plan, hold);
    const reach = reachOf(tapAxes);
    const { cin } = plan;
    const longest = Math.min(gpu.limits.binding / (4 * this.parts * cin), gpu.limits.workgroups * threads);
    // Segments much shorter than what the lags reach before them would not be worth it: such a plan does not fit.
    const least = Math.min(plan.span, Math.ceil(reach / 4));
    const advance = Math.max(1, least, Math.min(plan.span, Math.floor(longest) - reach));
    const length = reach + advance;
    this.cut = {
      blocks: Math.ceil(plan.span / advance),
      advance,
      start: plan.first - reach,
      halo: reach,
      length,
    };
    this.numbers = { length, low: reach, high: length };
    this.conjugate = hold === "w" ? plan.conj.x : plan.conj.w;
    this.roundBytes = 4 * this.parts * cin * length;
    this.roundSlabs = Math.max(cin, hold === "w" ? plan.cout : plan.batch);
    this.lags = lagsOf(tapAxes);
    this.groups = groupsOf(this.lags, OUTPUTS * threads);
  }

  static async create(gpu: Gpu, plan: Plan, hold: Hold): Promise<Direct> {
    const parts = plan.field === "complex" ? 2 : 1;
    // A tile of outputs and what their taps reach fill the memory.
    const fitting = Math.floor(gpu.limits.memory / (2 * OUTPUTS * 4 * parts));
    const threads = 2 ** Math.floor(Math.log2(Math.min(256, gpu.limits.invocations, fitting)));
    const constants = { THREADS: threads, PARTS: parts };
    const [wind, sums] = await Promise.all([gpu.pipeline("wind", constants), gpu.pipeline("sums", constants)]);
    return new Direct(gpu, plan, hold, threads, { wind, sums });
  }

  /** Kept as it is: its taps are gathered, or it is wound, in each run. */
  setKernel(kernel: Operand): void {
    this.kernel = kernel;
    this.kernelSum = sumOf(kernel.view);
  }

  override async run(signal: Operand, out: Output, control: Control): Promise<Outcome> {
    if (this.hold === "w" || !isResident(signal)) return super.run(signal, out, control);
    this.tappedByKernel ??= Direct.create(this.gpu, this.plan, "w");
    const other = await this.tappedByKernel;
    other.setKernel(this.held);
    return other.run(signal, out, control);
  }

  protected samples(signal: Operand): Operand {
    return this.hold === "w" ? signal : this.held;
  }

  protected start(signal: Operand, out: Output): Rounds {
    const { plan, hold } = this;
    const [samples, taps] = hold === "w" ? [signal, this.held] : [this.held, signal];
    const conjugate = hold === "w" ? plan.conj.w : plan.conj.x;
    const origin = at(slabOffsets(plan, "out", out.stride), 0);
    return new Rounds(plan, this.cut, {
      samples,
      which: hold === "w" ? "x" : "w",
      out,
      taps: tapsOf(plan, taps, hold, this.parts, conjugate),
      outputs: (s, g) =>
        taps.batch.map((_, i) => {
          const [b, o] = hold === "w" ? [s, i] : [i, s];
          const base = origin + at(out.batch, b) + at(out.group, g) + at(out.channel, o);
          return { base, kernel: (g * taps.batch.length + i) * plan.cin };
        }),
    });
  }

  protected encode(pass: GPUComputePassEncoder, bite: Bite, buffers: BiteBuffers, lease: Lease, rounds: Rounds): void {
    const { gpu, plan, threads, pipelines, parts } = this;
    const { length, advance } = this.cut;
    const { sides, places, slabs, signal, result } = buffers;
    const strips = lease.take(4 * parts * length * bite.inputs.length, STORAGE);
    const outputs = this.hold === "w" ? plan.cout : plan.batch;
    const shape = Uint32Array.of(length, plan.cin, this.groups.length / 4, this.lags.length, outputs, 0, 0, 0);
    const strip = filled(gpu, lease, shape, UNIFORM);
    pass.setPipeline(pipelines.wind);
    pass.setBindGroup(0, gpu.bind("wind", pipelines.wind, { sides, places, slabs, signal, strips, strip }));
    pass.dispatchWorkgroups(Math.ceil(length / threads), bite.inputs.length);
    const lags = filled(gpu, lease, this.lags);
    const groups = filled(gpu, lease, this.groups);
    const taps = filled(gpu, lease, rounds.sources.taps ?? new Float32Array());
    const bound = { sides, places, slabs, result, strips, lags, groups, taps, strip };
    pass.setPipeline(pipelines.sums);
    pass.setBindGroup(0, gpu.bind("sums", pipelines.sums, bound));
    pass.dispatchWorkgroups(Math.ceil(advance / (OUTPUTS * threads)), bite.outputs.length);
  }

  private get held(): Operand {
    if (!this.kernel) throw new Error("setKernel comes before run");
    return this.kernel;
  }
}

/** Helix positions of the taps, in row-major order: ascending. */
function lagsOf(axes: readonly HelixAxis[]): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(
    axes.reduce<number[]>(
      (lags, { count, step }) => lags.flatMap((lag) => Array.from({ length: count }, (_, k) => lag + k * step)),
      [0],
    ),
  );
}

/** Of taps that go together: the largest lag, the smallest, the first tap, and the one after the last. */
function groupsOf(lags: Uint32Array, reach: number): Uint32Array<ArrayBuffer> {
  const groups: number[] = [];
  for (let begin = 0; begin < lags.length; ) {
    let end = begin + 1;
    while (end < lags.length && end - begin < PARTIAL && at(lags, end) - at(lags, begin) <= reach) end++;
    groups.push(at(lags, end - 1), at(lags, begin), begin, end);
    begin = end;
  }
  return Uint32Array.from(groups);
}

/** The taps of every group, output and input channel, in row-major order. */
function tapsOf(plan: Plan, taps: Operand, hold: Hold, parts: 1 | 2, conjugate: boolean): Float32Array<ArrayBuffer> {
  const shape = plan.axes.map((axis) => axis[hold].size);
  const size = shape.reduce((n, m) => n * m, 1);
  const origin = at(slabOffsets(plan, hold, taps.stride), 0);
  const all = new Float32Array(parts * size * taps.group.length * taps.batch.length * taps.channel.length);
  let from = 0;
  for (const g of taps.group)
    for (const i of taps.batch)
      for (const c of taps.channel) {
        const own: View = { ...taps.view, shape, stride: taps.stride, offset: origin + g + i + c };
        // Real taps of a complex problem have the real parts only.
        const isReal = parts === 2 && !isComplex(own.dtype);
        const data = isReal ? new Float32Array(size) : all.subarray(from, from + parts * size);
        copyElements(own, { ...own, data, stride: rowMajor(shape), offset: 0 });
        if (isReal) for (let k = 0; k < size; k++) all[from + 2 * k] = data[k] as number;
        if (parts === 2 && conjugate) for (let k = 0; k < size; k++) all[from + 2 * k + 1] = -at(all, from + 2 * k + 1);
        from += parts * size;
      }
  return all;
}

const at = (list: ArrayLike<number>, i: number): number => list[i] as number;
