// What a plan does, round by round: a round is one batch, group and block, with the slabs that it winds and those that it unwinds. Rounds are
// taken in bites that fit into a device's buffers.
import type { Plan } from "../../plan/plan.js";
import { slabOffsets } from "../../plan/slabs.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import { elementsBefore, reachOf, touched } from "../helixAxes.js";
import { type WoundAxis, woundAxes } from "./helix.js";

/** How the helix is cut into blocks; see plan.ts, Spectral. */
export interface Cut {
  blocks: number;
  advance: number;
  start: number;
  halo: number;
  /** Numbers of a block. */
  length: number;
}

/** A slab as shaders/helix.wgsl sees it. */
export interface Slab {
  base: number;
  shift: number;
  kernel: number;
}

/** A slab of the result: of its elements, in row-major order, the block has `count`, after `before` others. */
export interface OutSlab extends Slab {
  before: number;
  count: number;
}

/** The operand that is wound, and where the results of a round go: the first element of each, and what it is multiplied with. */
export interface Sources {
  samples: Operand;
  which: "x" | "w";
  out: Output;
  outputs(sample: number, group: number): { base: number; kernel: number }[];
  /** The samples of the operand that is not wound, where a shader takes them from a list. */
  taps?: Float32Array<ArrayBuffer>;
}

/** Rounds that are done together. */
export interface Bite {
  inputs: Slab[];
  outputs: OutSlab[];
  /** Elements of the wound operand that are read, from the first to the last. */
  first: number;
  last: number;
  /** How many of all rounds are done after it. */
  done: number;
}

/** What a bite may have. */
export interface BiteLimits {
  rounds: number;
  /** Elements read, from the first to the last, and written. */
  read: number;
  written: number;
}

export class Rounds {
  readonly count: number;
  readonly sampleAxes: WoundAxis[];
  readonly outAxes: WoundAxis[];
  private readonly offsets: number[];

  constructor(
    private readonly plan: Plan,
    private readonly cut: Cut,
    readonly sources: Sources,
  ) {
    const { samples, which, out } = sources;
    this.sampleAxes = woundAxes(plan, samples, which);
    this.outAxes = woundAxes(plan, out, "out");
    this.offsets = slabOffsets(plan, which, samples.stride);
    this.count = samples.batch.length * plan.groups * cut.blocks;
  }

  *bites(limits: BiteLimits): Generator<Bite> {
    let bite: Bite | undefined;
    let [rounds, written] = [0, 0];
    for (let round = 0; round < this.count; round++) {
      const next = this.round(round);
      const size = next.outputs.reduce((sum, { count }) => sum + count, 0);
      const first = Math.min(bite?.first ?? next.first, next.first);
      const last = Math.max(bite?.last ?? next.last, next.last);
      const fits = rounds < limits.rounds && written + size <= limits.written && last - first < limits.read;
      if (bite && !fits) {
        yield bite;
        bite = undefined;
        [rounds, written] = [0, 0];
      }
      if (!bite) bite = next;
      else {
        bite.inputs.push(...next.inputs);
        bite.outputs.push(...next.outputs);
        Object.assign(bite, { first, last, done: round + 1 });
      }
      rounds++;
      written += size;
    }
    if (bite) yield bite;
  }

  private round(round: number): Bite {
    const { groups } = this.plan;
    const { blocks, advance, start, halo, length } = this.cut;
    const { samples, outputs } = this.sources;
    const block = round % blocks;
    const group = Math.floor(round / blocks) % groups;
    const sample = Math.floor(round / (blocks * groups));
    const from = start + block * advance;
    const base = at(samples.batch, sample) + at(samples.group, group);
    const inputs = samples.channel.flatMap((c) =>
      this.offsets.map((offset): Slab => ({ base: base + c + offset, shift: from, kernel: 0 })),
    );
    const range = touched(this.sampleAxes, from, from + length);
    const bases = inputs.map((slab) => slab.base);
    const own = block * advance;
    const before = elementsBefore(this.outAxes, own);
    const count = elementsBefore(this.outAxes, Math.min(own + advance, 1 + reachOf(this.outAxes))) - before;
    return {
      inputs,
      outputs: outputs(sample, group).map((slab) => ({ ...slab, shift: own - halo, before, count })),
      first: range ? least(bases) + range[0] : least(bases),
      last: range ? -least(bases.map((b) => -b)) + range[1] : least(bases),
      done: round + 1,
    };
  }
}

const at = (list: readonly number[], i: number): number => list[i] as number;
const least = (list: readonly number[]): number => list.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
