// Synthetic showers of two particle types in a 4-D calorimeter, (x, y, depth, time), seeded. A shower is 60 deposits around its centre
// (x0, y0, z0, t0). With normal numbers n of variance 1, a deposit lies at
//
//   x = x0 + 0.6 n    y = y0 + 0.6 n    z = z0 + u    t = t0 ± u + 0.4 n    u = 1.8 n
//
// and has energy E / 60. Particles that enter by the front face give + : what lies deeper comes later. Particles scattered back from behind
// give - : what lies deeper came earlier. They lose a part of their energy unseen. Every cell has noise.
//
// Total energy and the profile along each axis are nearly the same for both types: what tells them apart is how depth and time go together.
import type { NdArray } from "helixconv";
import { uniform } from "./random.js";

export const SHAPE = [6, 6, 10, 10];
export const CELLS = SHAPE.reduce((n, m) => n * m, 1);

const DEPOSITS = 60;
const ENERGY = { least: 40, most: 80, unseen: 0.2 };
const NOISE = 0.1;

export interface Showers {
  /** (N, 1, x, y, depth, time) */
  images: NdArray<Float32Array>;
  /** 1 for particles from the front, 0 for those from behind. */
  labels: Uint8Array;
}

export function makeShowers(count: number, seed: number): Showers {
  const random = uniform(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const between = (low: number, high: number) => low + (high - low) * random();
  const data = new Float32Array(count * CELLS);
  const labels = new Uint8Array(count);
  for (let k = 0; k < count; k++) {
    const front = random() < 0.5;
    labels[k] = Number(front);
    const energy = between(ENERGY.least, ENERGY.most) * (front ? 1 : 1 - ENERGY.unseen);
    const [x0, y0, z0, t0] = [between(1, 4), between(1, 4), between(3, 6), between(3, 6)];
    for (let deposit = 0; deposit < DEPOSITS; deposit++) {
      const u = 1.8 * normal();
      const place = [x0 + 0.6 * normal(), y0 + 0.6 * normal(), z0 + u, t0 + (front ? u : -u) + 0.4 * normal()];
      const index = place.map(Math.round);
      if (index.some((i, d) => i < 0 || i >= (SHAPE[d] as number))) continue;
      const cell = index.reduce((sum, i, d) => sum * (SHAPE[d] as number) + i, k);
      data[cell] = (data[cell] as number) + energy / DEPOSITS;
    }
    for (let i = k * CELLS; i < (k + 1) * CELLS; i++) data[i] = (data[i] as number) + NOISE * normal();
  }
  return { images: { data, shape: [count, 1, ...SHAPE] }, labels };
}

/** Some of the showers, by their numbers. */
export function pick({ images, labels }: Showers, which: readonly number[]): Showers {
  const data = new Float32Array(which.length * CELLS);
  which.forEach((k, i) => {
    data.set(images.data.subarray(k * CELLS, (k + 1) * CELLS), i * CELLS);
  });
  return {
    images: { data, shape: [which.length, 1, ...SHAPE] },
    labels: Uint8Array.from(which, (k) => labels[k] as number),
  };
}
