// Seeded random numbers for initial weights: mulberry32 (Tommy Ettinger, public domain), 24 bits of each, so that float32 holds them exactly
// before they are scaled.

/** Numbers between `low` and `high`, the same for the same seed everywhere. */
export function uniform(seed: number, low: number, high: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return low + ((high - low) * ((t ^ (t >>> 14)) >>> 8)) / 2 ** 24;
  };
}
