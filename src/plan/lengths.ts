// Transform lengths: 2^a · {1, 3, 5, 9, 15, 27}. Powers of two alone would cost up to twice the work.
import type { Odd } from "./plan.js";

export const odds: readonly Odd[] = [1, 3, 5, 9, 15, 27];

/** The least number of complex points of a transform: one register block of the widest backend. */
const LEAST = 16;

export interface Length {
  points: number;
  odd: Odd;
}

/** The cheapest transform of at least `points` complex numbers. */
export function transformLength(points: number): Length {
  const lengths = odds.map((odd) => {
    let rounded = LEAST * odd;
    while (rounded < points) rounded *= 2;
    return { points: rounded, odd };
  });
  return lengths.reduce((best, length) => (transformFlops(length) < transformFlops(best) ? length : best));
}

/** Transforms of at least `least` points, for blocks: from small to the last that is not yet half as long as `whole`. */
export function lengthsFrom(least: number, whole: number): Length[] {
  const lengths: Length[] = [];
  for (const odd of [1, 3, 5] as const)
    for (let points = LEAST * odd; points < whole / 2 && points < 2 ** 24; points *= 2)
      if (points >= least) lengths.push({ points, odd });
  return lengths;
}

/** The odd radices of a length, outermost first. */
export function oddRadices(odd: Odd): number[] {
  switch (odd) {
    case 1:
      return [];
    case 3:
    case 5:
      return [odd];
    case 9:
      return [3, 3];
    case 15:
      return [3, 5];
    case 27:
      return [3, 3, 3];
    default:
      return odd satisfies never;
  }
}

/**
 * Floating-point operations of one complex transform: per point, a radix-4 pass takes (3 twiddles of 6 + 16 additions) / 4,
 * radix 2 (6 + 4) / 2, radix 3 (2·6 + 16) / 3, radix 5 (4·6 + 40) / 5.
 */
export function transformFlops({ points, odd }: Length): number {
  const twos = Math.log2(points / odd);
  const perPoint: Record<number, number> = { 3: 28 / 3, 5: 64 / 5 };
  const odds = oddRadices(odd).reduce((sum, radix) => sum + (perPoint[radix] as number), 0);
  return points * (odds + Math.floor(twos / 2) * 8.5 + (twos % 2) * 5);
}
