// The definition: out[t] = Σ x[i] w[j] over all i, j with u·i + v·j = lo + step·t on every axis, and over input channels.
import type { AxisPlan, Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import { Stepped, type Steps } from "../stepped.js";
import { clear } from "../zero.js";
import { readElement, writeElement } from "./elements.js";

export class Direct extends Stepped {
  private kernel: Operand | undefined;

  constructor(private readonly plan: Plan) {
    super();
  }

  setKernel(kernel: Operand): void {
    this.kernel = kernel;
  }

  *steps(signal: Operand, out: Output): Steps {
    const { batch, groups, cout } = this.plan;
    const kernel = this.kernel;
    if (!kernel) throw new Error("setKernel comes before run");
    const outer = this.plan.axes[0] as AxisPlan;
    let done = 0;
    clear(out);
    for (let b = 0; b < batch; b++)
      for (let g = 0; g < groups; g++)
        for (let o = 0; o < cout; o++) {
          const pairs = signal.channel.map((c, i): [number, number] => [
            at(signal.batch, b) + at(signal.group, g) + c,
            at(kernel.batch, o) + at(kernel.group, g) + at(kernel.channel, i),
          ]);
          const y = at(out.batch, b) + at(out.group, g) + at(out.channel, o);
          for (let t = 0; t < outer.out.size; t++) {
            this.outputs(signal, kernel, out, pairs, 0, [t], y);
            yield ++done / (batch * groups * cout * outer.out.size);
          }
        }
    return "done";
  }

  dispose(): void {
    this.kernel = undefined;
  }

  /** Computes the outputs whose index starts with `t`. */
  private outputs(
    x: Operand,
    w: Operand,
    out: Output,
    pairs: [number, number][],
    d: number,
    t: number[],
    base: number,
  ): void {
    const axis = this.plan.axes[d] as AxisPlan;
    const element = base + (axis.out.start + at(t, d)) * at(out.stride, d);
    if (d + 1 === this.plan.axes.length) {
      const sum: [number, number] = [0, 0];
      for (const [xBase, wBase] of pairs) this.accumulate(sum, x, w, t, 0, xBase, wBase);
      writeElement(out, element, ...sum);
      return;
    }
    const next = this.plan.axes[d + 1] as AxisPlan;
    for (let i = 0; i < next.out.size; i++) this.outputs(x, w, out, pairs, d + 1, [...t, i], element);
  }

  /** sum += Σ x[i] w[j] over the axes from d on. */
  private accumulate(
    sum: [number, number],
    x: Operand,
    w: Operand,
    t: number[],
    d: number,
    xBase: number,
    wBase: number,
  ): void {
    if (d === this.plan.axes.length) {
      const { conj } = this.plan;
      const [xRe, xIm] = readElement(x, xBase, conj.x ? -1 : 1);
      const [wRe, wIm] = readElement(w, wBase, conj.w ? -1 : 1);
      sum[0] += xRe * wRe - xIm * wIm;
      sum[1] += xRe * wIm + xIm * wRe;
      return;
    }
    const axis = this.plan.axes[d] as AxisPlan;
    const wanted = axis.lo + axis.step * at(t, d);
    for (let j = 0; j < axis.w.size; j++) {
      const i = (wanted - axis.v * j) / axis.u;
      if (!Number.isInteger(i) || i < 0 || i >= axis.x.size) continue;
      const xElement = xBase + (axis.x.start + i) * at(x.stride, d);
      const wElement = wBase + (axis.w.start + j) * at(w.stride, d);
      this.accumulate(sum, x, w, t, d + 1, xElement, wElement);
    }
  }
}

const at = (list: readonly number[], i: number): number => list[i] as number;
