// The circular convolutions of a spectral plan: one round for each batch, group and block along the helix.
import type { Plan, Spectral } from "../../plan/plan.js";
import { slabOffsets } from "../../plan/slabs.js";
import type { Operand } from "../../problem/problem.js";
import type { HelixAxis } from "../helixAxes.js";
import { inputPiece, outputPiece, type Piece } from "./staging.js";

export interface Round {
  group: number;
  x: Piece[];
  y: Piece[];
}

interface Laid {
  operand: Operand;
  axes: readonly HelixAxis[];
}

/** All rounds, group by group. */
export function roundsOf(plan: Plan, spectral: Spectral, x: Laid, y: Laid): Round[] {
  const { blocks, advance, start, halo, length, pieces, piece } = spectral;
  const xOffsets = slabOffsets(plan, "x", x.operand.stride);
  const yOffsets = slabOffsets(plan, "out", y.operand.stride);
  const origin = ({ operand }: Laid, group: number, b: number) => at(operand.group, group) + at(operand.batch, b);
  const rounds: Round[] = [];
  for (let group = 0; group < plan.groups; group++)
    for (let b = 0; b < plan.batch; b++)
      for (let block = 0; block < blocks; block++) {
        const from = start + block * advance;
        const [xOrigin, yOrigin] = [origin(x, group, b), origin(y, group, b)];
        rounds.push({
          group,
          x: x.operand.channel.flatMap((c) =>
            Array.from({ length: pieces }, (_, p) =>
              xOffsets.map((offset) => inputPiece(x.axes, xOrigin + c + offset, p * piece - from, 0, length)),
            ).flat(),
          ),
          y: y.operand.channel.flatMap((o) =>
            yOffsets.map((offset) =>
              outputPiece(y.axes, yOrigin + o + offset, plan.first - from, halo, halo + advance),
            ),
          ),
        });
      }
  return rounds;
}

/** Rounds of one group, which are multiplied together, and the number of the first. */
export function togetherOf(
  { groups }: Plan,
  { together }: Spectral,
  rounds: readonly Round[],
): { first: number; some: Round[] }[] {
  const perGroup = rounds.length / groups;
  const list: { first: number; some: Round[] }[] = [];
  for (let from = 0; from < rounds.length; from += perGroup)
    for (let first = from; first < from + perGroup; first += together)
      list.push({ first, some: rounds.slice(first, Math.min(first + together, from + perGroup)) });
  return list;
}

const at = (list: readonly number[], i: number): number => list[i] as number;
