// The plan of a timing, explained: what was chosen, why, and from what.
import type { CandidateExplanation } from "helixconv";
import type { Timing } from "../compute/benchmark.js";
import { find, formatCount, formatMilliseconds, make } from "../dom.js";

export function showPlan(timing: Timing): void {
  const panel = find("plan", HTMLElement);
  panel.hidden = false;
  find("plan-title", HTMLElement).textContent = `${timing.workload} on ${timing.backend}: ${timing.method}`;
  find("plan-reason", HTMLElement).textContent = `${sentenceOf(timing)} It was taken as the ${timing.reason}.`;
  const candidates = timing.candidates.filter(({ backend }) => backend === timing.backend);
  const rows = candidates
    .sort((a, b) => a.seconds - b.seconds)
    .map((candidate) =>
      make(
        "tr",
        candidate.chosen ? { class: "chosen" } : {},
        ...cellsOf(candidate).map((text) => make("td", {}, text)),
      ),
    );
  find("candidates", HTMLTableElement).tBodies[0]?.replaceChildren(...rows);
  panel.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });
}

/** What the chosen plan does. */
function sentenceOf({ candidates }: Timing): string {
  const plan = candidates.find(({ chosen }) => chosen);
  if (!plan) return "";
  const apart =
    plan.outer === 0
      ? "All axes are wound"
      : `${plan.outer} outer ${plan.outer > 1 ? "axes stay" : "axis stays"} apart, the others are wound`;
  const helix = `onto a helix of ${formatCount(plan.helix)} numbers, where the textbook's has ${formatCount(plan.textbook)}`;
  switch (plan.form) {
    case "spectral":
      if (plan.pieces > 1)
        return `${apart} ${helix}, and the kernel is cut into ${plan.pieces} pieces; each is transformed at length ${formatCount(plan.length)}.`;
      return plan.blocks > 1
        ? `${apart} ${helix}, which is cut into ${plan.blocks} blocks; each is transformed at length ${formatCount(plan.length)}.`
        : `${apart} ${helix}, which is transformed at length ${formatCount(plan.length)}.`;
    case "strip":
      return `${apart} ${helix}; each tap is one multiply-add along a strip of ${formatCount(plan.length)}.`;
    case "tiles":
      return `${apart} ${helix}; each number that is loaded is multiplied by the taps of four output channels.`;
    case "rows":
      return "Sums are taken row by row, straight from the definition.";
    case "separable":
      return "The kernel is an outer product, so it goes along one axis after the other.";
    case "zero":
      return "Nothing meets: all results are zeros.";
    default:
      return plan.form satisfies never;
  }
}

function cellsOf(candidate: CandidateExplanation): string[] {
  const { seconds, helix, textbook, length, flops, bytes, chosen, rejected } = candidate;
  return [
    wayOf(candidate),
    formatMilliseconds(1000 * seconds),
    formatCount(helix),
    formatCount(textbook),
    formatCount(length),
    `${formatCount(Math.round(flops / 1e6))} M`,
    `${formatCount(Math.round(bytes / 2 ** 20))} MiB`,
    chosen ? "chosen" : (rejected ?? ""),
  ];
}

function wayOf({ method, form, outer, blocks, pieces }: CandidateExplanation): string {
  if (form === "rows") return `${method}, row by row`;
  if (outer > 0) return `${method}, ${outer} apart`;
  if (form === "tiles") return `${method}, channels in tiles`;
  if (pieces > 1) return `${method}, the kernel in ${pieces} pieces`;
  return blocks > 1 ? `${method}, ${blocks} blocks` : method;
}
