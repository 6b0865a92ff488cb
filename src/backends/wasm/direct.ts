// What the direct plans share. One operand's samples are the taps, those of the other are run along: strip.ts, rows.ts.
import type { Hold, Plan } from "../../plan/plan.js";
import { slabOffsets } from "../../plan/slabs.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import type { HelixAxis } from "../helixAxes.js";
import { Stepped, type Steps } from "../stepped.js";
import type { Crew } from "./crew.js";
import type { Instance } from "./instance.js";
import { walkedAxes } from "./staging.js";

/** An operand in its part. Of x, the outer indices are batches, of w output channels. */
export interface Side {
  operand: Operand;
  which: "x" | "w";
  axes: HelixAxis[];
  /** -1 if it is conjugated: the sign of imaginary parts. */
  sign: 1 | -1;
  /** The first element of a slice that takes part. */
  offset(outer: number, group: number, channel: number): number;
}

export abstract class Direct extends Stepped {
  protected readonly instance: Instance;
  /** Reals of an element. */
  protected readonly parts: 1 | 2;
  private kernel: Operand | undefined;

  constructor(
    protected readonly crew: Crew,
    protected readonly plan: Plan,
    private readonly hold: Hold,
  ) {
    super();
    this.instance = crew.instance;
    this.parts = plan.field === "complex" ? 2 : 1;
  }

  /** Kept as it is: its taps are gathered in each run. */
  setKernel(kernel: Operand): void {
    this.kernel = kernel;
  }

  dispose(): void {
    this.crew.dispose();
  }

  *steps(signal: Operand, out: Output): Steps {
    if (!this.kernel) throw new Error("setKernel comes before run");
    const [x, w] = [this.side(signal, "x"), this.side(this.kernel, "w")];
    return yield* this.hold === "w" ? this.compute(w, x, out) : this.compute(x, w, out);
  }

  protected abstract compute(taps: Side, samples: Side, out: Output): Steps;

  /** The first output of the i-th taps with the s-th samples, in a group. */
  protected outputOffset(out: Output, i: number, s: number, group: number): number {
    const [b, o] = this.hold === "w" ? [s, i] : [i, s];
    return (
      at(slabOffsets(this.plan, "out", out.stride), 0) + at(out.batch, b) + at(out.group, group) + at(out.channel, o)
    );
  }

  private side(operand: Operand, which: "x" | "w"): Side {
    const origin = at(slabOffsets(this.plan, which, operand.stride), 0);
    return {
      operand,
      which,
      axes: walkedAxes(this.plan, operand, which),
      sign: this.plan.conj[which] ? -1 : 1,
      offset: (outer, group, channel) =>
        origin + at(operand.batch, outer) + at(operand.group, group) + at(operand.channel, channel),
    };
  }
}

export const at = <T>(list: readonly T[], i: number): T => list[i] as T;
