// What lines.js must find, from the definition.
import * as assert from "uvu/assert";
import type { BackendReport } from "../../src/index.js";

export interface Found {
  shape: number[];
  samples: [number, number][];
  backends: BackendReport[];
}

const [SIDE, TAPS] = [64, 9];

/** The convolution at the positions of lines.js, by direct sums. */
const expected = [0, 1000, 131_072, 262_143].map((position) => {
  const t = [Math.floor(position / SIDE ** 2), Math.floor(position / SIDE) % SIDE, position % SIDE];
  let sum = 0;
  for (let tap = 0; tap < TAPS ** 3; tap++) {
    const k = [Math.floor(tap / TAPS ** 2), Math.floor(tap / TAPS) % TAPS, tap % TAPS];
    const [a, b, c] = t.map((at, axis) => at + (TAPS - 1) / 2 - (k[axis] as number)) as [number, number, number];
    if ([a, b, c].every((at) => at >= 0 && at < SIDE))
      sum += ((7 * (a * SIDE ** 2 + b * SIDE + c)) % 11) * ((5 * tap) % 3);
  }
  return sum;
});

/** Throws unless all values are right, to the rounding of float32, and backend "wasm" computes with SIMD, with fused multiply-adds or without. */
export function check({ shape, samples, backends }: Found, isFused = true): void {
  assert.equal(shape, [SIDE, SIDE, SIDE]);
  samples.forEach((pair, k) => {
    const right = expected[k] as number;
    // Relative to |signal| * |kernel|, whose elements are at most 10 and 2.
    for (const value of pair) assert.ok(Math.abs(value - right) < 5e-7 * 20 * TAPS ** 3, `${value} is not ${right}`);
  });
  const wasm = backends.find(({ name }) => name === "wasm");
  assert.ok(wasm?.available, wasm?.detail);
  assert.match(wasm.detail, isFused ? /^SIMD with fused multiply-adds;/ : /^SIMD;/);
  assert.is(wasm.failure, undefined);
}

/** What backend "wasm" says of threads. */
export const threadsOf = ({ backends }: Found): string =>
  backends.find(({ name }) => name === "wasm")?.detail.replace(/^.*?; /, "") ?? "";
