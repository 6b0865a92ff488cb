// Circular convolutions on the helix: wind, transform, multiply, transform back, unwind. Spectra of the kernel are kept.
//
//   Y[b,g,o][t] = Σ_c Σ X[b,g,c][i] W[g,o,c][k]        over the slabs i, k that meet in t
//
// One slab by one slab is a single visit of each cache-full, product included (`convolve`); otherwise the spectra of all slabs are
// stored chunk by chunk, side by side, for `multiplyAccumulate`.
import { chunkOf } from "../../plan/cost.js";
import type { Plan, Spectral as SpectralRun } from "../../plan/plan.js";
import { slabCounts, slabOffsets, slabPairs } from "../../plan/slabs.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import { Stepped, type Steps } from "../stepped.js";
import type { Crew, Work } from "./crew.js";
import type { Instance } from "./instance.js";
import { Kept } from "./kept.js";
import { type Round, roundsOf, togetherOf } from "./rounds.js";
import { Carrier, clearUncomputed, inputPiece, layoutOf, type Piece, type Room, walkedAxes } from "./staging.js";
import { type Transform, writeTransform } from "./tables.js";
import { type Call, type Local, local, type Task } from "./tasks.js";

/** In one task so many chunks are multiplied, or fewer: with them the kernel's stay in the second-level cache until all blocks have met them. */
const CHUNKS = 32;
const CACHE = 2 ** 19;

/** Where the sums of |x|, or |w|, of all slabs are. */
interface Sums {
  sums: number;
  count: number;
}

export class Spectral extends Stepped {
  private readonly instance: Instance;
  private readonly parts: 1 | 2;
  private readonly transform: Transform;
  /** Slabs of x, w and out in a round; of x and w, in all pieces. */
  private readonly inputs: number;
  private readonly kernels: number;
  private readonly outputs: number;
  /** One slab by one slab. */
  private readonly single: boolean;
  /** Bytes of a chunk, how many a spectrum has, and how far apart consecutive ones lie. */
  private readonly chunk: number;
  private readonly chunks: number;
  private readonly kernelStride: number;
  private readonly signalStride: number;
  private readonly kernel: number;
  private readonly signal: number;
  private readonly pairs: number;
  /** Each thread has a strip for a slab, a buffer for its transform, and room for a chunk of every input. */
  private readonly local: Local;
  private readonly strip = local(0);
  private readonly buffer: number;
  private readonly scratch: number;
  private readonly scales: Record<"x" | "w", number>;
  /** Σ |w|: a bound on what the kernel can do to the signal. */
  private kernelSum = 0;
  private readonly kernelWork: Kept<Work & Sums>;
  private readonly signalWork: Kept<Work & Sums>;

  constructor(
    private readonly crew: Crew,
    private readonly plan: Plan,
    private readonly spectral: SpectralRun,
  ) {
    super();
    const { instance } = crew;
    this.instance = instance;
    const { cin, cout, groups, conj } = plan;
    const real = spectral.ring === "negacyclic";
    this.parts = real ? 1 : 2;
    const points = real ? spectral.length / 2 : spectral.length;
    this.transform = writeTransform(instance, points, spectral.odd, real ? Math.PI / 2 : 0);
    const { bytes } = this.transform;
    const slabs = slabCounts(plan);
    this.inputs = cin * slabs.x * spectral.pieces;
    this.kernels = cin * cout * slabs.w * spectral.pieces;
    this.outputs = cout * slabs.out;
    this.single = this.inputs === 1 && this.kernels === 1 && this.outputs === 1;
    this.chunk = this.single ? bytes : chunkOf(bytes, spectral.odd, this.inputs + this.kernels);
    this.chunks = bytes / this.chunk;
    this.kernelStride = this.single ? bytes : strideOf(this.kernels * this.chunk);
    this.signalStride = this.single ? 0 : strideOf(Math.max(this.inputs, this.outputs) * this.chunk);
    this.kernel = instance.allocate(groups * this.chunks * this.kernelStride);
    this.signal = instance.allocate(spectral.together * this.chunks * this.signalStride);
    this.pairs = this.single ? 0 : this.writePairs();
    this.buffer = local(bytes);
    this.scratch = local(2 * bytes);
    this.local = crew.allocateLocal(2 * bytes + (this.single ? 0 : this.inputs * this.chunk));
    this.scales = { x: this.writeScales(1, conj.x), w: this.writeScales(1 / points, conj.w) };
    crew.hold();
    this.kernelWork = new Kept(crew);
    this.signalWork = new Kept(crew);
  }

  setKernel(kernel: Operand): void {
    const work = this.kernelWork.get(layoutOf(kernel), () => this.layOutKernel(kernel));
    for (const _ of this.crew.run(work, { input: kernel.view, parts: this.parts }));
    this.kernelSum = this.sum(work);
  }

  private layOutKernel(kernel: Operand): Work & Sums {
    const { instance, plan, parts } = this;
    const axes = walkedAxes(plan, kernel, "w");
    const offsets = slabOffsets(plan, "w", kernel.stride);
    const slices = kernel.group.flatMap((g) => kernel.batch.flatMap((o) => kernel.channel.map((c) => g + o + c)));
    const { pieces: count, piece: size } = this.spectral;
    const pieces = slices.flatMap((slice) =>
      Array.from({ length: count }, (_, p) =>
        offsets.map((offset) => inputPiece(axes, slice + offset, -p * size, 0, this.pieceLength)),
      ).flat(),
    );
    const carrier = Carrier.in(this.crew, { operand: kernel, axes, parts, pieces, perTask: 1 }, this.room);
    const sums = instance.allocate(8 * pieces.length);
    const tasks = pieces.map((piece, k): Task => {
      const group = this.kernelOf(Math.floor(k / this.kernels));
      const spectrum = group + (k % this.kernels) * this.chunk;
      return this.forwardTask(carrier, piece, "w", sums + 8 * k, spectrum, this.kernelStride);
    });
    return { before: carrier.before, phases: [tasks], after: [], local: this.local, sums, count: pieces.length };
  }

  *steps(signal: Operand, out: Output): Steps {
    const { plan, parts } = this;
    clearUncomputed(plan, out);
    const layout = `${layoutOf(signal)} ${layoutOf(out)}`;
    const work = this.signalWork.get(layout, () => this.layOutSignal(signal, out));
    yield* this.crew.run(work, { input: signal.view, output: out, parts });
    return this.sum(work) * this.kernelSum < this.largest ? "done" : "refused";
  }

  private layOutSignal(signal: Operand, out: Output): Work & Sums {
    const { plan, parts } = this;
    const xAxes = walkedAxes(plan, signal, "x");
    const yAxes = walkedAxes(plan, out, "out");
    const rounds = roundsOf(plan, this.spectral, { operand: signal, axes: xAxes }, { operand: out, axes: yAxes });
    const pieces = (which: "x" | "y") => rounds.flatMap((round) => round[which]);
    const x = { operand: signal, axes: xAxes, parts, pieces: pieces("x"), perTask: 1 };
    const y = { operand: out, axes: yAxes, parts, pieces: pieces("y"), perTask: 1 };
    const xs = Carrier.in(this.crew, x, this.room);
    const ys = Carrier.out(this.crew, y, this.room);
    const count = rounds.length * this.inputs;
    const sums = this.instance.allocate(8 * count);
    const sumOf = (n: number) => sums + 8 * n * this.inputs;
    const phases = this.single
      ? [rounds.map((round, n) => this.convolveTask(xs, ys, round, sumOf(n)))]
      : togetherOf(plan, this.spectral, rounds).flatMap(({ first, some }) => this.phasesOf(xs, ys, some, sumOf(first)));
    return { before: [...xs.before, ...ys.before], phases, after: ys.after, local: this.local, sums, count };
  }

  dispose(): void {
    this.crew.dispose();
  }

  /** Winds and transforms all slabs, multiplies chunk by chunk, transforms back and unwinds. */
  private phasesOf(xs: Carrier, ys: Carrier, rounds: readonly Round[], sums: number): Task[][] {
    const { chunk, chunks, signalStride, kernelStride } = this;
    const spectra = (n: number) => this.signal + n * chunks * signalStride;
    const forward = rounds.flatMap(({ x }, n) =>
      x.map((piece, i) => {
        const sum = sums + 8 * (n * this.inputs + i);
        return this.forwardTask(xs, piece, "x", sum, spectra(n) + i * chunk, signalStride);
      }),
    );
    const products: Task[] = [];
    const kernel = this.kernelOf(rounds[0]?.group ?? 0);
    const most = Math.max(1, Math.min(CHUNKS, Math.floor(CACHE / kernelStride)));
    for (let from = 0; from < chunks; from += most) {
      const to = Math.min(chunks, from + most);
      const factors = [kernel, kernelStride, chunk, from, to, this.pairs, this.inputs, this.outputs, this.scratch];
      products.push(rounds.map((_, n) => ["multiplyAccumulate", spectra(n), signalStride, ...factors]));
    }
    const { levels, bytes } = this.transform;
    const inverse = rounds.flatMap(({ y }, n) =>
      y.map((piece, i): Task => {
        const spectrum = spectra(n) + i * chunk;
        return [
          ["inverse", this.strip, this.buffer, bytes, levels, spectrum, chunk, signalStride],
          ...this.unwind(ys, piece),
        ];
      }),
    );
    return [forward, products, inverse];
  }

  private convolveTask(xs: Carrier, ys: Carrier, { group, x: [x], y: [y] }: Round, sum: number): Task {
    const { levels, bytes } = this.transform;
    if (!x || !y) throw new Error("a round has a slab of x and one of y");
    return [
      ...this.wind(xs, x, "x", sum),
      ["convolve", this.strip, this.buffer, bytes, levels, this.kernelOf(group)],
      ...this.unwind(ys, y),
    ];
  }

  private forwardTask(
    carrier: Carrier,
    piece: Piece,
    which: "x" | "w",
    sum: number,
    spectrum: number,
    stride: number,
  ): Task {
    const { levels, bytes } = this.transform;
    return [
      ...this.wind(carrier, piece, which, sum),
      ["forward", this.strip, this.buffer, bytes, levels, spectrum, this.chunk, stride],
    ];
  }

  private wind(carrier: Carrier, piece: Piece, which: "x" | "w", sum: number): Task {
    const { length } = this.spectral;
    const plane = this.transform.bytes / 2;
    const { axes } = carrier;
    const { transfer, address } = carrier.place(piece);
    const scales = this.scales[which];
    const size = which === "w" ? this.pieceLength : length;
    const rest = indices(size < length ? this.parts : 0).map(
      (part): Call => [
        "clear",
        this.strip + part * plane + size * this.instance.real,
        (length - size) * this.instance.real,
      ],
    );
    return [
      ...transfer,
      ["wind", this.parts - 1, this.strip, plane, size, piece.r, address, axes.address, axes.rank, scales, sum],
      ...rest,
    ];
  }

  private unwind(carrier: Carrier, piece: Piece): Task {
    const { halo, advance } = this.spectral;
    const plane = this.transform.bytes / 2;
    const { axes } = carrier;
    const { transfer, address } = carrier.place(piece);
    const to = halo + advance;
    return [
      ["unwind", this.parts - 1, this.strip, plane, halo, to, piece.r, address, axes.address, axes.rank],
      ...transfer,
    ];
  }

  /** How many numbers of the kernel's helix a strip holds. */
  private get pieceLength(): number {
    const { pieces, piece, length } = this.spectral;
    return pieces > 1 ? piece : length;
  }

  /** Of the only thread: nothing is in the buffer while a slab is copied, wound or unwound. */
  private get room(): Room {
    const { bytes } = this.transform;
    return { strip: this.local.base, address: this.local.base + bytes, bytes };
  }

  private kernelOf(group: number): number {
    return this.kernel + group * this.chunks * this.kernelStride;
  }

  /** For every output of a round, how many products it sums, and the offsets of their factors in a chunk. */
  private writePairs(): number {
    const { plan, chunk } = this;
    const slabs = slabCounts(plan);
    const pairs = slabPairs(plan);
    const list: number[] = [];
    // Pieces are summed as channels are.
    const summed = plan.cin * this.spectral.pieces;
    for (let o = 0; o < plan.cout; o++)
      for (const pair of pairs) {
        list.push(summed * pair.length);
        for (let c = 0; c < summed; c++)
          for (const [i, k] of pair) list.push((c * slabs.x + i) * chunk, ((o * summed + c) * slabs.w + k) * chunk);
      }
    const address = this.instance.allocate(4 * list.length);
    this.instance.words(address, list.length).set(list);
    return address;
  }

  private writeScales(scale: number, conj: boolean): number {
    const address = this.instance.allocate(2 * this.instance.real);
    this.instance.reals(address, 2).set([scale, conj ? -scale : scale]);
    return address;
  }

  private sum({ sums, count }: Sums): number {
    return this.instance.doubles(sums, count).reduce((sum, value) => sum + value, 0);
  }

  /** Beyond this, Σ|x| Σ|w| may overflow on the way. */
  private get largest(): number {
    return this.plan.precision === "f32" ? 3.4e38 : Number.MAX_VALUE;
  }
}

const indices = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Chunks side by side, and a cache line where they would otherwise fall on the same cache sets. */
const strideOf = (bytes: number): number => bytes + (bytes % 4096 === 0 ? 64 : 0);
