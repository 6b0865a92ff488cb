// One circular convolution on the helix, as the formula says. Real sequences are packed as z_j = x_j + i x_{j+n}: the
// right-angle transform of assembly/fft.ts.
import type { Plan, Run } from "../../plan/plan.js";
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
  /** Spectra of w[g,o,c]. */
  private kernel: ComplexArrays[] = [];

  constructor(
    private readonly plan: Plan,
    run: Extract<Run, { kind: "spectral" }>,
  ) {
    super();
    this.packed = run.ring === "negacyclic";
    this.points = this.packed ? run.length / 2 : run.length;
    this.angle = this.packed ? Math.PI / 2 : 0;
  }

  setKernel(kernel: Operand): void {
    this.kernel = kernel.group.flatMap((g) =>
      kernel.batch.flatMap((o) => kernel.channel.map((c) => this.spectrum(kernel, "w", g + o + c))),
    );
  }

  protected *steps(signal: Operand, out: Output): Steps {
    const { batch, groups, cin, cout } = this.plan;
    let done = 0;
    clear(out);
    for (let b = 0; b < batch; b++)
      for (let g = 0; g < groups; g++) {
        const x = signal.channel.map((c) => this.spectrum(signal, "x", at(signal.batch, b) + at(signal.group, g) + c));
        for (let o = 0; o < cout; o++) {
          const product = this.product(x, this.kernel.slice((g * cout + o) * cin, (g * cout + o + 1) * cin));
          inverse(product, 0, this.points, this.angle);
          if (!product.re.every(Number.isFinite) || !product.im.every(Number.isFinite)) return "refused";
          this.unwind(product, out, at(out.batch, b) + at(out.group, g) + at(out.channel, o));
          yield ++done / (batch * groups * cout);
        }
      }
    return "done";
  }

  dispose(): void {
    this.kernel = [];
  }

  private spectrum(operand: Operand, which: "x" | "w", base: number): ComplexArrays {
    const x = { re: new Float64Array(this.points), im: new Float64Array(this.points) };
    const sign = this.plan.conj[which] ? -1 : 1;
    this.forEachPosition(operand, which, base, (position, element) => {
      const [re, im] = readElement(operand, element, sign);
      if (this.packed && position >= this.points) x.im[position - this.points] = re;
      else {
        x.re[position] = re;
        if (!this.packed) x.im[position] = im;
      }
    });
    forward(x, 0, this.points, this.angle);
    return x;
  }

  /** Σ_c x_c w_c / n */
  private product(x: ComplexArrays[], w: ComplexArrays[]): ComplexArrays {
    const y = { re: new Float64Array(this.points), im: new Float64Array(this.points) };
    x.forEach((xc, c) => {
      const wc = w[c] as ComplexArrays;
      for (let k = 0; k < this.points; k++) {
        const [xRe, xIm, wRe, wIm] = [xc.re[k], xc.im[k], wc.re[k], wc.im[k]] as [number, number, number, number];
        y.re[k] = (y.re[k] as number) + (xRe * wRe - xIm * wIm) / this.points;
        y.im[k] = (y.im[k] as number) + (xRe * wIm + xIm * wRe) / this.points;
      }
    });
    return y;
  }

  private unwind(y: ComplexArrays, out: Output, base: number): void {
    this.forEachPosition(out, "out", base, (position, element) => {
      if (this.packed && position >= this.points) writeElement(out, element, y.im[position - this.points] as number, 0);
      else writeElement(out, element, y.re[position] as number, y.im[position] as number);
    });
  }

  private forEachPosition(
    operand: Operand,
    which: Which,
    base: number,
    visit: (position: number, element: number) => void,
  ): void {
    const { axes, stride, first } = this.plan;
    const steps = axes.map((axis, d) => axis[dilation[which]] * at(stride, d));
    const origin = which === "out" ? first : 0;
    forEachElement(
      operand,
      axes.map((axis) => axis[which]),
      base,
      (index, element) => {
        visit(
          index.reduce((sum, i, d) => sum + i * at(steps, d), origin),
          element,
        );
      },
    );
  }
}

const at = (list: readonly number[], i: number): number => list[i] as number;
