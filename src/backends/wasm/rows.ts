// The definition, row by row in float64; see assembly/direct.ts.
import type { AxisPlan } from "../../plan/plan.js";
import { gcd } from "../../plan/trim.js";
import type { Output } from "../backend.js";
import type { Steps } from "../stepped.js";
import { at, Direct, type Side } from "./direct.js";
import { stageWhole, walkedAxes, writeAxes } from "./staging.js";

export class Rows extends Direct {
  protected *compute(taps: Side, samples: Side, out: Output): Steps {
    const mark = this.instance.mark();
    try {
      return yield* this.sum(taps, samples, out);
    } finally {
      this.instance.release(mark);
    }
  }

  private *sum(taps: Side, samples: Side, out: Output): Steps {
    const { instance, plan, parts } = this;
    const { exports, real } = instance;
    const element = parts * real;
    const numbers = plan.axes.reduce<number>((n, axis) => n * axis.out.size, parts);
    const sums = instance.allocate(8 * numbers);
    const list = this.writeRows(taps, samples);
    const w = stageWhole(instance, taps.operand.view, parts);
    const x = stageWhole(instance, samples.operand.view, parts);
    const size = out.view.shape.reduce((product, n) => product * n, 1);
    const y = instance.allocate(size * element);
    exports.clear(y, size * element);
    const outAxes = writeAxes(instance, walkedAxes(plan, out, "out"), element);
    const outer = plan.axes[0] as AxisPlan;
    const outerTaps = outer[taps.which].size;
    const tapStep = taps.which === "w" ? outer.v : outer.u;
    const total = plan.groups * samples.operand.batch.length * taps.operand.batch.length * plan.cin * outerTaps;
    let done = 0;
    for (let g = 0; g < plan.groups; g++)
      for (let s = 0; s < samples.operand.batch.length; s++)
        for (let i = 0; i < taps.operand.batch.length; i++) {
          exports.clear(sums, 8 * numbers);
          for (let c = 0; c < plan.cin; c++)
            for (let j = 0; j < outerTaps; j++) {
              // One outermost tap at a time, so that a long sum can be interrupted.
              const words = instance.words(list, 6);
              words[0] = 1;
              words[5] = outer.lo - tapStep * j;
              const tap = w + (taps.offset(i, g, c) + j * at(taps.operand.stride, 0)) * element;
              const sample = x + samples.offset(s, g, c) * element;
              exports.rows(sums, tap, sample, list, plan.axes.length, parts - 1, taps.sign, samples.sign);
              yield ++done / total;
            }
          const first = y + (this.outputOffset(out, i, s, g) - out.view.offset) * element;
          exports.narrow(sums, first, outAxes.address, outAxes.rank, parts);
        }
    out.view.data.set(instance.reals(y, size * parts), out.view.offset * parts);
    return "done";
  }

  /** The axes as assembly/direct.ts reads them. */
  private writeRows(taps: Side, samples: Side): number {
    const { plan, parts, instance } = this;
    const element = parts * instance.real;
    const list = plan.axes.flatMap((axis, d) => {
      const { lo, step, out, u, v, x, w } = axis;
      const [n, m, tapStep, sampleStep] = taps.which === "w" ? [w.size, x.size, v, u] : [x.size, w.size, u, v];
      const common = gcd(sampleStep, step);
      const sumStride = plan.axes.slice(d + 1).reduce((product, inner) => product * inner.out.size, 8 * parts);
      return [
        n,
        m,
        out.size,
        tapStep,
        sampleStep,
        lo,
        step,
        step / common,
        sampleStep / common,
        at(taps.operand.stride, d) * element,
        at(samples.operand.stride, d) * element,
        sumStride,
      ];
    });
    const address = instance.allocate(4 * list.length);
    instance.words(address, list.length).set(list);
    return address;
  }
}
