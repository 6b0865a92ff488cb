// A plan in the terms of a person who wonders what it does.
import { textbookLength } from "./geometry.js";
import type { Method, Plan } from "./plan.js";

export interface PlanSummary {
  method: Method;
  /** What the method does: one circular FFT, taps along a strip, tiles of channels by positions, the definition row by row, or a pass along each axis. */
  form: Plan["run"]["kind"];
  /** Outer axes that stay apart, blocks that the helix of the others is cut into, and pieces that the kernel's is. */
  outer: number;
  blocks: number;
  pieces: number;
  /** Numbers on the helix: of a transform, or of the strip. */
  length: number;
  /** The helix of the inner axes that is enough, and the textbook's, every axis padded to its full extent. */
  helix: number;
  textbook: number;
  /** What rounding the length up to one that transforms fast costs: length / helix - 1. */
  roundingLoss: number;
  threads: number;
  flops: number;
  /** Bytes read and written. */
  traffic: number;
  /** Bytes of working memory. */
  bytes: number;
  /** What a separable plan does along each axis, in the order of the passes. */
  passes?: PlanSummary[];
}

export function summarise({ method, run, outer, helix, span, axes, threads, cost, bytes }: Plan): PlanSummary {
  const spectral = run.kind === "spectral";
  return {
    method,
    form: run.kind,
    outer,
    blocks: spectral ? run.blocks : 1,
    pieces: spectral ? run.pieces : 1,
    length: spectral ? run.length : span,
    helix,
    textbook: textbookLength(axes.slice(outer)),
    roundingLoss: spectral && run.blocks * run.pieces === 1 ? run.length / helix - 1 : 0,
    threads,
    flops: cost.flops,
    traffic: cost.traffic,
    bytes,
    ...(run.kind === "separable" && { passes: run.passes.map(summarise) }),
  };
}

/** A plan in a few words: what it does, and what tells it from others of its method. */
export function describePlan({ run, outer }: Plan): string {
  switch (run.kind) {
    case "zero":
      return "nothing but zeros";
    case "strip":
      return "direct";
    case "tiles":
      return "direct, channels in blocks";
    case "rows":
      return "direct, row by row";
    case "separable":
      return "separable";
    case "spectral": {
      if (run.pieces > 1) return `overlap-save, the kernel in ${run.pieces} pieces`;
      const form = run.blocks > 1 ? `overlap-save in ${run.blocks} blocks` : "fft";
      return outer > 0 ? `${form}, ${outer} outer ${outer > 1 ? "axes" : "axis"} apart` : form;
    }
    default:
      return run satisfies never;
  }
}
