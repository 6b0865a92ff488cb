// The plan of a transform in memory, as assembly/fft.ts reads it: its levels and their twiddles, computed in float64.
//
// A node b of a level of R nodes has the angle (θ + 2π rev_b)/R, θ the root's: its k-th child, of r, has (θ + 2π(rev_b + k R))/(R r).
// So its twiddles are the powers of e^{i(θ + 2π rev_b)/(R r)}, a product of one entry of a coarse and one of a fine table.
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
  const { lanes, real } = instance;
  const radices = radicesOf(points, odd, lanes);
  const levels = instance.allocate(8 * radices.length + 12);
  let nodes: Int32Array = Int32Array.of(0);
  const addresses = radices.map((radix) => {
    const address = writeTwiddles(instance, nodes, radix, root);
    nodes = children(nodes, radix);
    return address;
  });
  const leaves = lanes > 1 ? writeTwiddles(instance, nodes, lanes, root) : 0;
  const laneTable = lanes > 1 ? writeLanes(instance, children(nodes, lanes), root) : 0;
  const words = instance.words(levels, 2 * radices.length + 3);
  radices.forEach((radix, l) => {
    words.set([radix, addresses[l] as number], 2 * l);
  });
  words.set([0, leaves, laneTable], 2 * radices.length);
  return { levels, points, bytes: 2 * points * real };
}

/** Outermost first: the odd radices, a 2 if the power of two is odd, and fours. What is left, lanes², is one leaf. */
function radicesOf(points: number, odd: Odd, lanes: number): number[] {
  const twos = Math.log2(points / odd / lanes ** 2);
  if (!Number.isInteger(twos) || twos < 0)
    throw new Error(`a transform must have ${lanes ** 2}·2^a·${odd} points; got ${points}`);
  const fours = new Array<number>(Math.floor(twos / 2)).fill(4);
  return [...oddRadices(odd), ...(twos % 2 ? [2] : []), ...fours];
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

/** The powers 1 … r - 1 of each node's root. */
function writeTwiddles(instance: Instance, nodes: Int32Array, radix: number, root: number): number {
  const roots = rootsOf(nodes, nodes.length * radix, root);
  const count = roots.length * (radix - 1);
  const address = instance.allocate(count * instance.real);
  const table = instance.reals(address, count);
  let at = 0;
  for (let b = 0; b < roots.length; b += 2) {
    const re = roots[b] as number;
    const im = roots[b + 1] as number;
    let powerRe = 1;
    let powerIm = 0;
    for (let j = 1; j < radix; j++) {
      const product = powerRe * re - powerIm * im;
      powerIm = powerRe * im + powerIm * re;
      powerRe = product;
      table[at++] = powerRe;
      table[at++] = powerIm;
    }
  }
  return address;
}

/** The roots of the `lanes` children of each leaf: a group of real parts, a group of imaginary parts. */
function writeLanes(instance: Instance, nodes: Int32Array, root: number): number {
  const { lanes } = instance;
  const roots = rootsOf(nodes, nodes.length * lanes, root);
  const address = instance.allocate(roots.length * instance.real);
  const table = instance.reals(address, roots.length);
  for (let leaf = 0; leaf < nodes.length; leaf += lanes)
    for (let k = 0; k < lanes; k++) {
      table[2 * leaf + k] = roots[2 * (leaf + k)] as number;
      table[2 * leaf + lanes + k] = roots[2 * (leaf + k) + 1] as number;
    }
  return address;
}
