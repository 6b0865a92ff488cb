// Circular convolutions on the helix, as the formulas say. Real sequences are packed as z_j = x_j + i x_{j+n}: the right-angle
// transform of assembly/fft.ts.
import type { Plan, Spectral as SpectralRun } from "../../plan/plan.js";
import { slabCounts, slabOffsets, slabPairs } from "../../plan/slabs.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import { Stepped, type Steps } from "../stepped.js";
import { clear } from "../zero.js";
import { type ComplexArrays, forEachElement, readElement, writeElement } from "./elements.js";
import { forward, inverse } from "./fft.js";

type Which = "x" | "w" | "out";
const dilation = { x: "u", w: "v", out: "step" } as const;

export class Spectral extends Stepped {
  private readonly points: number;
  private readonly angle: number;
  private readonly packed: boolean;
  private readonly pairs: [i: number, k: number][][];
  /** Spectra of w[g,o,c], and in each of its slabs. */
  private kernel: ComplexArrays[][] = [];

  constructor(
    private readonly plan: Plan,
    private readonly spectral: SpectralRun,
  ) {
    super();
    this.packed = spectral.ring === "negacyclic";
    this.points = this.packed ? spectral.length / 2 : spectral.length;
    this.angle = this.packed ? Math.PI / 2 : 0;
    this.pairs = slabPairs(plan).map((pairs) => inPieces(pairs, plan, spectral.pieces));
  }

  setKernel(kernel: Operand): void {
    this.kernel = kernel.group.flatMap((g) =>
      kernel.batch.flatMap((o) => kernel.channel.map((c) => this.pieces(kernel, "w", g + o + c, 0))),
    );
  }

  *steps(signal: Operand, out: Output): Steps {
    const { batch, groups, cin, cout } = this.plan;
    const { blocks, advance, start } = this.spectral;
    let done = 0;
    clear(out);
    for (let b = 0; b < batch; b++)
      for (let g = 0; g < groups; g++)
        for (let block = 0; block < blocks; block++) {
          const from = start + block * advance;
          const x = signal.channel.map((c) =>
            this.pieces(signal, "x", at(signal.batch, b) + at(signal.group, g) + c, from),
          );
          for (let o = 0; o < cout; o++) {
            const w = this.kernel.slice((g * cout + o) * cin, (g * cout + o + 1) * cin);
            const products = this.pairs.map((pairs) => this.sumOfProducts(pairs, x, w));
            for (const product of products) {
              inverse(product, 0, this.points, this.angle);
              if (!product.re.every(Number.isFinite) || !product.im.every(Number.isFinite)) return "refused";
            }
            this.unwind(products, out, at(out.batch, b) + at(out.group, g) + at(out.channel, o), block);
            yield ++done / (batch * groups * blocks * cout);
          }
        }
    return "done";
  }

  dispose(): void {
    this.kernel = [];
  }

  /** The spectra of an operand's slabs, piece by piece: of w one behind the other, and what each meets of x. */
  private pieces(operand: Operand, which: "x" | "w", base: number, from: number): ComplexArrays[] {
    const { pieces, piece, length } = this.spectral;
    return Array.from({ length: pieces }, (_, p) =>
      which === "w"
        ? this.spectra(operand, which, base, from + p * piece, Math.min(piece, length))
        : this.spectra(operand, which, base, from - p * piece, length),
    ).flat();
  }

  /** The spectra of an operand's slabs: of the `size` numbers of their helix that begin at position `from`. */
  private spectra(operand: Operand, which: "x" | "w", base: number, from: number, size: number): ComplexArrays[] {
    const sign = this.plan.conj[which] ? -1 : 1;
    return slabOffsets(this.plan, which, operand.stride).map((offset) => {
      const x = { re: new Float64Array(this.points), im: new Float64Array(this.points) };
      this.forEachPosition(operand, which, base + offset, (position, element) => {
        const number = position - from;
        if (number < 0 || number >= size) return;
        const [re, im] = readElement(operand, element, sign);
        if (this.packed && number >= this.points) x.im[number - this.points] = re;
        else {
          x.re[number] = re;
          if (!this.packed) x.im[number] = im;
        }
      });
      forward(x, 0, this.points, this.angle);
      return x;
    });
  }

  /** Σ_c Σ x[c][i] w[c][k] / n over pairs of slabs. */
  private sumOfProducts(pairs: [i: number, k: number][], x: ComplexArrays[][], w: ComplexArrays[][]): ComplexArrays {
    const y = { re: new Float64Array(this.points), im: new Float64Array(this.points) };
    for (let c = 0; c < x.length; c++)
      for (const [i, k] of pairs) {
        const [a, b] = [x[c]?.[i] as ComplexArrays, w[c]?.[k] as ComplexArrays];
        for (let point = 0; point < this.points; point++) {
          const [aRe, aIm] = [at(a.re, point), at(a.im, point)];
          const [bRe, bIm] = [at(b.re, point), at(b.im, point)];
          y.re[point] = at(y.re, point) + (aRe * bRe - aIm * bIm) / this.points;
          y.im[point] = at(y.im, point) + (aRe * bIm + aIm * bRe) / this.points;
        }
      }
    return y;
  }

  /** Writes those outputs of each slab that are the block's own. */
  private unwind(slabs: ComplexArrays[], out: Output, base: number, block: number): void {
    const { advance, start } = this.spectral;
    const offsets = slabOffsets(this.plan, "out", out.stride);
    slabs.forEach((y, slab) => {
      this.forEachPosition(out, "out", base + at(offsets, slab), (position, element) => {
        const own = position - this.plan.first - block * advance;
        if (own < 0 || own >= advance) return;
        const number = position - start - block * advance;
        if (this.packed && number >= this.points) writeElement(out, element, at(y.im, number - this.points), 0);
        else writeElement(out, element, at(y.re, number), at(y.im, number));
      });
    });
  }

  /** The helix position and the element of everything in a slab. */
  private forEachPosition(
    operand: Operand,
    which: Which,
    base: number,
    visit: (position: number, element: number) => void,
  ): void {
    const { axes, outer, stride, first } = this.plan;
    const inner = axes.slice(outer);
    const steps = inner.map((axis, d) => axis[dilation[which]] * at(stride, outer + d));
    const origin = which === "out" ? first : 0;
    const sizes = inner.map((axis) => axis[which].size);
    forEachElement(sizes, operand.stride.slice(outer), base, (index, element) => {
      visit(
        index.reduce((sum, i, d) => sum + i * at(steps, d), origin),
        element,
      );
    });
  }
}

/** The pairs of slabs, in every piece. */
function inPieces(pairs: [i: number, k: number][], plan: Plan, pieces: number): [i: number, k: number][] {
  const { x, w } = slabCounts(plan);
  return Array.from({ length: pieces }, (_, p) =>
    pairs.map(([i, k]): [number, number] => [p * x + i, p * w + k]),
  ).flat();
}

const at = (list: ArrayLike<number>, i: number): number => list[i] as number;
