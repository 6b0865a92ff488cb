// One circular convolution on the helix: wind, transform, multiply, transform back, unwind. Spectra of the kernel are kept.
//
//   Y[b,g,o] = Σ_c X[b,g,c] W[g,o,c]
import type { Plan, Run } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import { Stepped, type Steps } from "../stepped.js";
import { type Instance, Layout } from "./instance.js";
import { collect, type Staged, sliceAddress, stage, stageOutput, writeAxes } from "./staging.js";
import { type Transform, writeTransform } from "./tables.js";

export type SpectralRun = Extract<Run, { kind: "spectral" }>;

export class Spectral extends Stepped {
  private readonly layout: Layout;
  private readonly transform: Transform;
  /** Spectra of w[g,o,c], of x[c], and a product, `transform.bytes` each. */
  private readonly kernel: number;
  private readonly signal: number;
  private readonly product: number;
  private readonly fixed: number;
  /** Σ |w|: a bound on what the kernel can do to the signal. */
  private kernelSum = 0;

  constructor(
    private readonly instance: Instance,
    private readonly release: () => void,
    private readonly plan: Plan,
    run: SpectralRun,
  ) {
    super();
    const real = run.ring === "negacyclic";
    this.layout = real ? Layout.PackedReal : Layout.PackedComplex;
    this.transform = writeTransform(instance, real ? run.length / 2 : run.length, run.odd, real ? Math.PI / 2 : 0);
    const { bytes } = this.transform;
    this.kernel = instance.allocate(plan.groups * plan.cout * plan.cin * bytes);
    this.signal = instance.allocate(plan.cin * bytes);
    this.product = instance.allocate(bytes);
    this.fixed = instance.mark();
  }

  setKernel(kernel: Operand): void {
    const { instance, plan, transform } = this;
    const staged = stage(instance, plan, kernel.view);
    const axes = this.axes(staged, kernel, "w");
    const scale = 1 / transform.points;
    this.kernelSum = 0;
    let spectrum = this.kernel;
    for (const group of kernel.group)
      for (const out of kernel.batch)
        for (const channel of kernel.channel) {
          const array = sliceAddress(staged, kernel, rangesOf(plan, "w"), group + out + channel);
          this.kernelSum += transform.points * this.forward(spectrum, array, axes, scale, plan.conj.w);
          spectrum += transform.bytes;
        }
    instance.release(this.fixed);
  }

  protected *steps(signal: Operand, out: Output): Steps {
    const { instance, plan, transform } = this;
    const { exports } = instance;
    const { points, bytes, levels } = transform;
    const total = plan.batch * plan.groups * (plan.cin + plan.cout);
    let done = 0;
    try {
      const x = stage(instance, plan, signal.view);
      const xAxes = this.axes(x, signal, "x");
      const y = stageOutput(instance, plan, out);
      const yAxes = this.axes(y, out, "out");
      for (let b = 0; b < plan.batch; b++)
        for (let g = 0; g < plan.groups; g++) {
          let sum = 0;
          for (let c = 0; c < plan.cin; c++) {
            const offset = at(signal.batch, b) + at(signal.group, g) + at(signal.channel, c);
            const array = sliceAddress(x, signal, rangesOf(plan, "x"), offset);
            sum += this.forward(this.signal + c * bytes, array, xAxes, 1, plan.conj.x);
            yield ++done / total;
          }
          if (!(sum * this.kernelSum < this.largest)) return "refused";
          for (let o = 0; o < plan.cout; o++) {
            const kernel = this.kernel + (g * plan.cout + o) * plan.cin * bytes;
            exports.multiply(this.product, this.signal, kernel, bytes);
            for (let c = 1; c < plan.cin; c++)
              exports.multiplyAdd(this.product, this.signal + c * bytes, kernel + c * bytes, bytes);
            exports.inverse(this.product, bytes, levels, 0);
            const offset = at(out.batch, b) + at(out.group, g) + at(out.channel, o);
            const array = sliceAddress(y, out, rangesOf(plan, "out"), offset);
            exports.unwind(this.layout, this.product, points, plan.first, array, yAxes.address, yAxes.rank);
            yield ++done / total;
          }
        }
      collect(instance, y, out);
      return "done";
    } finally {
      instance.release(this.fixed);
    }
  }

  dispose(): void {
    this.release();
  }

  /** Winds a slice, transforms it, and returns its Σ |.| before. */
  private forward(
    spectrum: number,
    array: number,
    axes: { address: number; rank: number },
    scale: number,
    conj: boolean,
  ): number {
    const { exports } = this.instance;
    const { points, bytes, levels } = this.transform;
    exports.clear(spectrum, bytes);
    exports.wind(this.layout, spectrum, points, 0, array, axes.address, axes.rank, scale, conj ? -scale : scale);
    const sum = exports.sumOfMagnitudes(spectrum, bytes);
    exports.forward(spectrum, bytes, levels, 0);
    return sum;
  }

  private axes({ element }: Staged, operand: Operand, which: "x" | "w" | "out") {
    const dilation = { x: "u", w: "v", out: "step" } as const;
    return writeAxes(
      this.instance,
      this.plan.axes.map((axis, d) => ({
        count: axis[which].size,
        stride: at(operand.stride, d) * element,
        step: axis[dilation[which]] * at(this.plan.stride, d),
      })),
    );
  }

  /** Beyond this, Σ|x| Σ|w| may overflow on the way. */
  private get largest(): number {
    return this.plan.precision === "f32" ? 3.4e38 : Number.MAX_VALUE;
  }
}

const at = (list: readonly number[], i: number): number => list[i] as number;
const rangesOf = (plan: Plan, which: "x" | "w" | "out") => plan.axes.map((axis) => axis[which]);
