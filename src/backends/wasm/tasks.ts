// The work of a run as data: tasks that may run in any order, each a list of actions. Most are calls into WebAssembly; "load" brings a
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

export type Task = readonly (Call | Transfer)[];

/** The arrays that transfers reach. */
export interface Arrays {
  input: View;
  output?: Output;
  /** Reals of an element in memory: 2 for complex numbers, and for real ones that become complex. */
  parts: 1 | 2;
}

/** Runs tasks in order, yielding after each. */
export function* runTasks(instance: Instance, tasks: readonly Task[], arrays: Arrays): Generator<void> {
  for (const task of tasks) {
    for (const action of task) runAction(instance, action, arrays);
    yield;
  }
}

function runAction(instance: Instance, action: Call | Transfer, { input, output, parts }: Arrays): void {
  if (action[0] === "load") load(instance, input, action, parts);
  else if (action[0] === "save") {
    const [, first, count, address] = action;
    output?.view.data.set(instance.reals(address, count * parts), first * parts);
  } else {
    const [operation, ...args] = action;
    (instance.exports[operation] as (...args: number[]) => unknown)(...args);
  }
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
