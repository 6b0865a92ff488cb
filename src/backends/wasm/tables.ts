// The plan of a transform in memory, as assembly/fft.ts reads it: its levels and their twiddles, computed in float64.
//
// A node b of a level of R nodes has the angle (θ + 2π rev_b)/R, θ the root's: its k-th child, of r, has (θ + 2π(rev_b + k R))/(R r).
// So its twiddles are the powers of e^{i(θ + 2π rev_b)/(R r)}, a product of one entry of a coarse and one of a fine table.
//
// Below the root a vector holds a node of each of `lanes` of its four children: the same node of each, side by side.
import { oddRadices } from "../../plan/lengths.js";
import type { Odd } from "../../plan/plan.js";
import type { Instance } from "./instance.js";

export interface Transform {
  /** Address of the list of levels. */
  levels: number;
  points: number;
  bytes: number;
}

/** Writes the tables of a transform of `points` complex numbers, an odd factor times 2^a, whose root has the angle `root`. */
export function writeTransform(instance: Instance, points: number, odd: Odd, root: number): Transform {
  const radices = radicesOf(points, odd);
  const levels = instance.allocate(8 * radices.length);
  let nodes: Int32Array = Int32Array.of(0);
  const words = radices.flatMap((radix, level) => {
    const isLast = level === radices.length - 1;
    // The last split computes its other twiddles, as its table would be as long as the data.
    const twiddles = writeTwiddles(instance, nodes, radix, root, isLast ? 1 : radix - 1);
    nodes = children(nodes, radix);
    return [isLast ? 0 : radix, twiddles];
  });
  instance.words(levels, words.length).set(words);
  return { levels, points, bytes: 2 * points * instance.real };
}

/** Outermost first: the root's 4, the odd radices, a 2 if the power of two is odd, and fours, of which the last is one. */
function radicesOf(points: number, odd: Odd): number[] {
  const twos = Math.log2(points / odd / 16);
  if (!Number.isInteger(twos) || twos < 0) throw new Error(`a transform must have 16·2^a·${odd} points; got ${points}`);
  const fours = new Array<number>(Math.floor(twos / 2)).fill(4);
  return [4, ...oddRadices(odd), ...(twos % 2 ? [2] : []), ...fours, 4];
}

/** rev of the next level, from this level's. */
function children(nodes: Int32Array, radix: number): Int32Array {
  const next = new Int32Array(nodes.length * radix);
  for (let b = 0; b < nodes.length; b++)
    for (let k = 0; k < radix; k++) next[b * radix + k] = (nodes[b] as number) + k * nodes.length;
  return next;
}

const FINE = 1024;

/** e^{i(root + 2π rev_b)/order} of every node, as pairs. */
function rootsOf(nodes: Int32Array, order: number, root: number): Float64Array {
  const coarse = unitTable(Math.ceil(order / FINE), (k) => (root + 2 * Math.PI * FINE * k) / order);
  const fine = unitTable(Math.min(order, FINE), (k) => (2 * Math.PI * k) / order);
  const roots = new Float64Array(2 * nodes.length);
  for (let b = 0; b < nodes.length; b++) {
    const rev = nodes[b] as number;
    const c = 2 * Math.floor(rev / FINE);
    const f = 2 * (rev % FINE);
    const cRe = coarse[c] as number;
    const cIm = coarse[c + 1] as number;
    const fRe = fine[f] as number;
    const fIm = fine[f + 1] as number;
    roots[2 * b] = cRe * fRe - cIm * fIm;
    roots[2 * b + 1] = cRe * fIm + cIm * fRe;
  }
  return roots;
}

function unitTable(size: number, angle: (k: number) => number): Float64Array {
  const table = new Float64Array(2 * size);
  for (let k = 0; k < size; k++) {
    table[2 * k] = Math.cos(angle(k));
    table[2 * k + 1] = Math.sin(angle(k));
  }
  return table;
}

/** The powers 1 … `powers` of each node's root: for each a group of real parts, one a lane, then of imaginary parts. */
function writeTwiddles(instance: Instance, nodes: Int32Array, radix: number, root: number, powers: number): number {
  const { lanes, real } = instance;
  const roots = rootsOf(nodes, nodes.length * radix, root);
  // The root is alone: its twiddles are the same in all lanes.
  const under = nodes.length / 4;
  const vectors = nodes.length === 1 ? 1 : nodes.length / lanes;
  const count = vectors * powers * 2 * lanes;
  const address = instance.allocate(count * real);
  const table = instance.reals(address, count);
  for (let vector = 0; vector < vectors; vector++)
    for (let lane = 0; lane < lanes; lane++) {
      const node = nodes.length === 1 ? 0 : (Math.floor(vector / under) * lanes + lane) * under + (vector % under);
      const re = roots[2 * node] as number;
      const im = roots[2 * node + 1] as number;
      let powerRe = 1;
      let powerIm = 0;
      for (let j = 1, at = vector * powers * 2 * lanes + lane; j <= powers; j++, at += 2 * lanes) {
        const product = powerRe * re - powerIm * im;
        powerIm = powerRe * im + powerIm * re;
        powerRe = product;
        table[at] = powerRe;
        table[at + lanes] = powerIm;
      }
    }
  return address;
}
