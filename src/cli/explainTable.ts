// An Explanation as a person reads it: the choice and its reason, and every candidate in one line, from the fastest; but of many lengths of
// blocks the best.
import { formatShape } from "../errors.js";
import { formatBytes, formatCount, formatRatio, formatScaled, formatSeconds } from "../format.js";
import type { CandidateExplanation, Explanation } from "../index.js";
import { describePlan } from "../plan/explain.js";
import { table } from "./table.js";

const heading = [
  "backend",
  "method",
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
    candidate.form === "rows" ? `${candidate.method}, row by row` : candidate.method,
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
  const shown = inOrder(candidates).filter(isAmongTheBest);
  return [
    `${operation} gives ${dtype} of shape ${formatShape(shape)}`,
    `chosen: ${backend} ${describePlan(plan)}, ${plan.threads === 1 ? "1 thread" : `${plan.threads} threads`}, predicted ${formatSeconds(seconds)}`,
    `why: ${reason}`,
    "",
    table([heading, ...shown.map(row)]),
    ...(shown.length < candidates.length ? [`and ${candidates.length - shown.length} more in other blocks`] : []),
    "",
    "apart: outer axes that are not wound, but summed in the spectral domain; blocks: pieces of the helix (overlap-save)",
    "separable: direct sums along one axis after the other",
    "length: of a transform or the strip; helix: what is enough; textbook: every axis padded in full; loss: by rounding up",
    "",
  ].join("\n");
}

/** What could be used, from the fastest, and then what could not. */
function inOrder(candidates: readonly CandidateExplanation[]): CandidateExplanation[] {
  const isOut = ({ rejected }: CandidateExplanation) => Number(rejected !== undefined);
  return candidates.toSorted((a, b) => isOut(a) - isOut(b) || a.seconds - b.seconds);
}

/** Of the blocks of a backend's overlap-save, the few that are best are worth a line. */
const BLOCKS = 4;

function isAmongTheBest(candidate: CandidateExplanation, k: number, ordered: readonly CandidateExplanation[]): boolean {
  const isAlike = ({ backend, method }: CandidateExplanation) =>
    backend === candidate.backend && method === candidate.method;
  return candidate.method !== "overlap-save" || ordered.slice(0, k).filter(isAlike).length < BLOCKS;
}

function verdict({ chosen, rejected, seconds }: CandidateExplanation, best: number): string {
  if (chosen) return "chosen";
  return rejected ?? `${formatRatio(seconds / best)}x the time`;
}
