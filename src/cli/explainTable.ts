// An Explanation as a person reads it: every candidate in one line, and the reason for the choice.
import { formatShape } from "../errors.js";
import { formatBytes, formatCount, formatScaled, formatSeconds } from "../format.js";
import type { CandidateExplanation, Explanation } from "../index.js";
import { table } from "./table.js";

const heading = [
  "backend",
  "method",
  "form",
  "apart",
  "blocks",
  "threads",
  "length",
  "helix",
  "textbook",
  "loss",
  "flops",
  "memory",
  "time",
  "verdict",
];

export function explainTable({
  operation,
  shape,
  dtype,
  backend,
  plan,
  seconds,
  reason,
  candidates,
}: Explanation): string {
  const row = (candidate: CandidateExplanation): string[] => [
    candidate.backend,
    candidate.method,
    candidate.form,
    String(candidate.outer),
    String(candidate.blocks),
    String(candidate.threads),
    formatCount(candidate.length),
    formatCount(candidate.helix),
    formatCount(candidate.textbook),
    `${(100 * candidate.roundingLoss).toFixed(1)}%`,
    formatScaled(candidate.flops),
    formatBytes(candidate.bytes),
    formatSeconds(candidate.seconds),
    verdict(candidate, seconds),
  ];
  return [
    `${operation} gives ${dtype} of shape ${formatShape(shape)}`,
    "",
    table([heading, ...candidates.map(row)]),
    "",
    `${backend} ${plan.run.kind}, predicted ${formatSeconds(seconds)}: ${reason}`,
    "apart: outer axes that are not wound, but summed in the spectral domain; blocks: pieces of the helix (overlap-save)",
    "separable: direct sums along one axis after the other",
    "length: of a transform or the strip; helix: what is enough; textbook: every axis padded in full; loss: by rounding up",
    "",
  ].join("\n");
}

function verdict({ chosen, rejected, seconds }: CandidateExplanation, best: number): string {
  if (chosen) return "chosen";
  return rejected ?? `${(seconds / best).toPrecision(2)}x the time`;
}
