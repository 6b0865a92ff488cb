// Smooth seeded noise: value noise on a lattice, and sums of it over octaves (K. Perlin, An image synthesizer, SIGGRAPH 1985).

/** A number in [0, 1) for each lattice point: an integer hash, the same everywhere. */
export function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** Lattice values, smoothly interpolated: 0 to 1. */
export function noise(x: number, y: number, seed: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const u = ease(x - i);
  const top = mix(hash(i, j, seed), hash(i + 1, j, seed), u);
  const bottom = mix(hash(i, j + 1, seed), hash(i + 1, j + 1, seed), u);
  return mix(top, bottom, ease(y - j));
}

/** Octaves of noise, each of twice the frequency and half the height of the one before: 0 to 1. */
export function fractal(x: number, y: number, octaves: number, seed: number): number {
  let sum = 0;
  for (let octave = octaves - 1; octave >= 0; octave--)
    sum = sum / 2 + noise(x * (1 << octave), y * (1 << octave), seed + octave);
  return sum / (2 - 2 / (1 << octaves));
}

export const mix = (a: number, b: number, t: number): number => a + (b - a) * t;

/** 0 below a, 1 above b, smooth between. */
export const smoothstep = (a: number, b: number, x: number): number =>
  ease(Math.max(0, Math.min(1, (x - a) / (b - a))));

const ease = (t: number): number => t * t * (3 - 2 * t);
