// A plan in the terms of a person who wonders what it does.
import { textbookLength } from "./geometry.js";
import type { Method, Plan } from "./plan.js";

export interface PlanSummary {
  method: Method;
  /** What the method does: one circular FFT, taps along a strip, or the definition row by row. */
  form: Plan["run"]["kind"];
  /** Numbers on the helix: of the transform, or of the strip. */
  length: number;
  /** The helix that is enough, and the textbook's, every axis padded to its full extent. */
  helix: number;
  textbook: number;
  /** What rounding the length up to one that transforms fast costs: length / helix - 1. */
  roundingLoss: number;
  flops: number;
  /** Bytes read and written. */
  traffic: number;
  /** Bytes of working memory. */
  bytes: number;
}

export function summarise({ method, run, helix, span, axes, cost, bytes }: Plan): PlanSummary {
  const spectral = run.kind === "spectral";
  return {
    method,
    form: run.kind,
    length: spectral ? run.length : span,
    helix,
    textbook: textbookLength(axes),
    roundingLoss: spectral ? run.length / helix - 1 : 0,
    flops: cost.flops,
    traffic: cost.traffic,
    bytes,
  };
}
