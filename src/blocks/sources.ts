// Which samples of an axis stand where in a stretch of its extension (problem/boundary.ts), chunk by chunk: pieces in which both go by one step.
import type { Range } from "../plan/plan.js";
import { type Boundary, sourceIndex } from "../problem/boundary.js";

/** Samples from, from + step, … of a chunk, `size` of them, stand at `at`, at + 1, … of the stretch. A step may be -1, or 0: one sample for all. */
export interface Piece {
  from: number;
  step: number;
  at: number;
  size: number;
}

/** The pieces of a stretch that lie in each chunk, by the chunk's index; what lies in none is the boundary's own value. */
export function piecesByChunk(
  { start, size }: Range,
  samples: number,
  chunk: number,
  boundary: Exclude<Boundary, "helical">,
): Map<number, Piece[]> {
  const found = new Map<number, Piece[]>();
  const sources = (at: number) => sourceIndex(boundary, start + at, samples);
  for (let at = 0; at < size; ) {
    const first = sources(at);
    if (first < 0) {
      at++;
      continue;
    }
    const index = Math.floor(first / chunk);
    const step = at + 1 < size && sources(at + 1) >= 0 ? Math.sign(sources(at + 1) - first) : 1;
    const goesOn = (n: number) => at + n < size && sources(at + n) === first + n * step;
    let length = 1;
    while (goesOn(length) && Math.floor((first + length * step) / chunk) === index) length++;
    const pieces = found.get(index) ?? [];
    pieces.push({ from: first - index * chunk, step, at, size: length });
    found.set(index, pieces);
    at += length;
  }
  return found;
}
