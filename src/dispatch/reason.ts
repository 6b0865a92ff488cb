// Why a plan was chosen, in one sentence.
import { formatRatio, formatSeconds } from "../format.js";
import { describePlan } from "../plan/explain.js";
import type { Candidate, Wishes } from "./choose.js";
import type { Failure } from "./failures.js";

/** `usable`: from the fastest, which is chosen. */
export function reasonFor(usable: readonly Candidate[], wishes: Wishes, failures: readonly Failure[]): string {
  const [best, second] = usable;
  if (!best) return "";
  const asked = [
    wishes.backend !== "auto" && `backend "${wishes.backend}"`,
    wishes.method !== "auto" && `method "${wishes.method}"`,
  ]
    .filter(Boolean)
    .join(" and ");
  const what = asked ? `fastest with ${asked}, which was asked for` : "fastest of the candidates";
  const lead = second
    ? `${what}: predicted ${formatRatio(second.seconds / best.seconds)}x faster than ${second.backend} ${describePlan(second.plan)}`
    : `only one: ${what}`;
  return [lead, ...transferRemark(usable), ...failures.map(({ backend }) => `${backend} rests after it failed`)].join(
    "; ",
  );
}

/** What transfers have to do with the choice, if anything. */
function transferRemark([best, ...others]: readonly Candidate[]): string[] {
  if (!best) return [];
  if (best.transfers)
    return [
      `${formatSeconds(best.transfers)} of its ${formatSeconds(best.seconds)} are transfers to ${best.backend} and back`,
    ];
  const quicker = others.find(({ transfers = 0, seconds }) => transfers > 0 && seconds - transfers < best.seconds);
  if (!quicker?.transfers) return [];
  const alone = formatSeconds(quicker.seconds - quicker.transfers);
  return [
    `${quicker.backend} would compute it in ${alone}, but transfers there and back take ${formatSeconds(quicker.transfers)}`,
  ];
}
