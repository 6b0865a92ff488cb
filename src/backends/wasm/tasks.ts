// The work of a run as data: phases, one after the other, of tasks that may run in any order, each a list of actions. Most are calls into WebAssembly; "load" brings a
// stretch of the signal into memory and "save" takes a stretch of the result out, so that what a task works on is still in the cache.
import { isComplex, type View } from "../../ndarray.js";
import type { Output } from "../backend.js";
import type { Exports, Instance } from "./instance.js";

type Operation = {
  [K in keyof Exports]: Exports[K] extends (...args: never[]) => unknown ? K : never;
}[keyof Exports];

export type Call = readonly [operation: Operation, ...args: number[]];

/** Elements `first` to `first + count`, and their address in memory. */
export type Transfer = readonly [action: "load" | "save", first: number, count: number, address: number];

/** Loads come first and saves last. */
export type Task = readonly (Call | Transfer)[];

export const isCall = (action: Call | Transfer): action is Call => action[0] !== "load" && action[0] !== "save";

/** The arrays that transfers reach. */
export interface Arrays {
  input: View;
  output?: Output;
  /** Reals of an element in memory: 2 for complex numbers, and for real ones that become complex. */
  parts: 1 | 2;
}

/** Where the thread that runs a task keeps what it does not share: `stride` bytes each. */
export interface Local {
  base: number;
  stride: number;
}

const LOCAL = 2 ** 40;

/** In place of an address: `offset` bytes into the thread's own place. */
export const local = (offset: number): number => LOCAL + offset;
export const isLocal = (arg: number): boolean => arg >= LOCAL;
export const localOffset = (arg: number): number => arg - LOCAL;

/** Runs the tasks of one phase after the other on this thread; yields how many are done. */
export function* runTasks(
  instance: Instance,
  phases: readonly (readonly Task[])[],
  arrays: Arrays,
  { base }: Local,
): Generator<number, void> {
  let done = 0;
  for (const tasks of phases)
    for (const task of tasks) {
      for (const action of task) runAction(instance, action, arrays, base);
      yield ++done;
    }
}

export function runAction(
  instance: Instance,
  action: Call | Transfer,
  { input, output, parts }: Arrays,
  base: number,
): void {
  if (action[0] === "load") load(instance, input, action, parts);
  else if (action[0] === "save") {
    const [, first, count, address] = action;
    output?.view.data.set(instance.reals(address, count * parts), first * parts);
  } else runCall(instance, action as Call, base);
}

function runCall({ exports }: Instance, call: Call, base: number): void {
  const args: number[] = [];
  for (let k = 1; k < call.length; k++) {
    const arg = call[k] as number;
    args.push(isLocal(arg) ? base + localOffset(arg) : arg);
  }
  (exports[call[0]] as (...args: number[]) => unknown)(...args);
}

/** Copies elements into memory; real ones become complex if `parts` is 2. */
export function load(
  instance: Instance,
  { data, dtype }: View,
  [, first, count, address]: Transfer,
  parts: 1 | 2,
): void {
  const target = instance.reals(address, count * parts);
  if (isComplex(dtype)) target.set(cut(data, 2 * first, 2 * (first + count)));
  else if (parts === 1) target.set(cut(data, first, first + count));
  else {
    target.fill(0);
    for (let k = 0; k < count; k++) target[2 * k] = data[first + k] as number;
  }
}

function cut(data: ArrayLike<number>, from: number, to: number): ArrayLike<number> {
  if (from === 0 && to === data.length) return data;
  return Array.isArray(data) ? data.slice(from, to) : (data as Float64Array).subarray(from, to);
}
