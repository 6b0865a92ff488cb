// The plan of a transform in memory, as assembly/fft.ts reads it: its levels and their twiddles, computed in float64.
import type { FloatArray } from "../../ndarray.js";
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
  let angles = Float64Array.of(root);
  const addresses = radices.map((radix) => {
    const address = writeTwiddles(instance, angles, radix);
    angles = children(angles, radix);
    return address;
  });
  const leaves = lanes > 1 ? writeTwiddles(instance, angles, lanes) : 0;
  const laneTable = lanes > 1 ? writeLanes(instance, angles) : 0;
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

/** (θ + 2πk)/r of each node and k. */
function children(angles: Float64Array, radix: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(angles.length * radix);
  angles.forEach((angle, node) => {
    for (let k = 0; k < radix; k++) next[node * radix + k] = (angle + 2 * Math.PI * k) / radix;
  });
  return next;
}

/** e^{iθj/r} of each node, j = 1 … r - 1. */
function writeTwiddles(instance: Instance, angles: Float64Array, radix: number): number {
  const count = 2 * angles.length * (radix - 1);
  const address = instance.allocate(count * instance.real);
  const table: FloatArray = instance.reals(address, count);
  let at = 0;
  for (const angle of angles) {
    for (let j = 1; j < radix; j++) {
      table[at++] = Math.cos((angle * j) / radix);
      table[at++] = Math.sin((angle * j) / radix);
    }
  }
  return address;
}

/** e^{iθ/lanes} of the `lanes` children of each leaf: a group of real parts, a group of imaginary parts. */
function writeLanes(instance: Instance, angles: Float64Array): number {
  const { lanes } = instance;
  const count = 2 * angles.length * lanes;
  const address = instance.allocate(count * instance.real);
  const table: FloatArray = instance.reals(address, count);
  children(angles, lanes).forEach((angle, i) => {
    const at = 2 * lanes * Math.floor(i / lanes) + (i % lanes);
    table[at] = Math.cos(angle / lanes);
    table[at + lanes] = Math.sin(angle / lanes);
  });
  return address;
}
