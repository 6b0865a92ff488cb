// What a thread of a team does: it takes tickets, and reads what their tasks are from memory, where the calling thread has written them.
import type { Exports, Instance } from "./instance.js";
import { isCall, isLocal, localOffset, type Task } from "./tasks.js";

/**
 * Words that all threads share. Tickets are counted on from run to run, so that who is late finds no ticket that it could mistake. The run
 * is described by its first ticket, its instance and the size of that memory, and the addresses of its list of tasks, of their flags and of
 * the threads' own places. Behind the words each thread has one: whether it looks for tickets, or must be woken.
 */
export const Word = {
  NEXT: 0,
  OPEN: 1,
  DONE: 2,
  FAILED: 3,
  FIRST: 4,
  INSTANCE: 5,
  BYTES: 6,
  TASKS: 7,
  FLAGS: 8,
  LOCAL: 9,
  STRIDE: 10,
  AWAKE: 11,
} as const;

/** A task's flag, once another thread has done it; and once its results are saved as well. */
export const Flag = { COMPUTED: 1, SAVED: 2 } as const;

export interface Start {
  start: Int32Array;
  thread: number;
  operations: string[];
  word: typeof Word;
}

export interface Attach {
  attach: number;
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
}

export type Message = Start | Attach | { detach: number } | "wake";

/** What a thread does. It is sent as text, and so refers to nothing outside itself. */
export function work(listen: (receive: (message: Message) => void) => void): void {
  let shared: Int32Array = new Int32Array();
  let thread = 0;
  let operations: string[] = [];
  let word = {} as typeof Word;
  const instances = new Map<number, { memory: WebAssembly.Memory; calls: ((...args: number[]) => unknown)[] }>();
  listen((message) => {
    if (message === "wake") help();
    else if ("start" in message) {
      ({ start: shared, thread, operations, word } = message);
    } else if ("detach" in message) instances.delete(message.detach);
    else {
      const { memory, module } = message;
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      const calls = operations.map((name) => exports[name] as (...args: number[]) => unknown);
      instances.set(message.attach, { memory, calls });
      help();
    }
  });

  function help(): void {
    do {
      Atomics.store(shared, word.AWAKE + thread, 1);
      takeTickets();
      Atomics.store(shared, word.AWAKE + thread, 0);
    } while (
      Atomics.load(shared, word.NEXT) !== Atomics.load(shared, word.OPEN) &&
      instances.has(Atomics.load(shared, word.INSTANCE))
    );
  }

  /** Until none has come for a while: for some 50 µs it looks at full speed, then asleep, as another thread may need the core. */
  function takeTickets(): void {
    for (let idle = 0; idle < 2020; ) {
      const ticket = Atomics.load(shared, word.NEXT);
      if (ticket === Atomics.load(shared, word.OPEN)) {
        if (++idle > 2000) Atomics.wait(shared, word.OPEN, ticket, 1);
        continue;
      }
      // Until the ticket is taken, its run goes on, and these words are of that.
      const instance = instances.get(Atomics.load(shared, word.INSTANCE));
      const index = (ticket - Atomics.load(shared, word.FIRST)) | 0;
      const [bytes, tasks, flags] = [
        Atomics.load(shared, word.BYTES) >>> 0,
        Atomics.load(shared, word.TASKS),
        Atomics.load(shared, word.FLAGS),
      ];
      const local = Atomics.load(shared, word.LOCAL) + thread * Atomics.load(shared, word.STRIDE);
      // The message that brings the instance is waiting.
      if (!instance) return;
      if (Atomics.compareExchange(shared, word.NEXT, ticket, ticket + 1) !== ticket) continue;
      idle = 0;
      const { memory, calls } = instance;
      // The calling thread may have grown the memory, of which this thread would learn only later: asked to grow, it learns at once.
      if (memory.buffer.byteLength < bytes) memory.grow(0);
      const words = new Int32Array(memory.buffer);
      try {
        let at = (words[(tasks >>> 2) + index] as number) >>> 2;
        for (let count = words[at++] as number; count > 0; count--) {
          const operation = words[at++] as number;
          const size = words[at++] as number;
          const locals = words[at++] as number;
          const args: number[] = [];
          for (let k = 0; k < size; k++) args.push((words[at++] as number) + (locals & (1 << k) ? local : 0));
          (calls[operation] as (...args: number[]) => unknown)(...args);
        }
      } catch {
        Atomics.store(shared, word.FAILED, 1);
      }
      Atomics.store(words, (flags >>> 2) + index, 1);
      Atomics.add(shared, word.DONE, 1);
      Atomics.notify(shared, word.DONE);
    }
  }
}

/** What tasks call, by number. */
export const operations: (keyof Exports)[] = [
  "clear",
  "wind",
  "unwind",
  "forward",
  "inverse",
  "convolve",
  "multiplyAccumulate",
  "directReal",
  "directComplex",
  "applyStrips",
  "divideStrips",
  "tiles",
];

/**
 * Writes tasks to memory: the address of each, which has a count of calls, and each call its operation, how many arguments it has, which of
 * them are relative to the thread's own place (one bit each), and the arguments.
 */
export function encode(instance: Instance, tasks: readonly Task[]): number {
  const words: number[] = new Array<number>(tasks.length).fill(0);
  tasks.forEach((task, t) => {
    words[t] = 4 * words.length;
    const calls = task.filter(isCall);
    words.push(calls.length);
    for (const [operation, ...args] of calls) {
      const locals = args.reduce((mask, arg, k) => (isLocal(arg) ? mask | (1 << k) : mask), 0);
      words.push(
        operations.indexOf(operation),
        args.length,
        locals,
        ...args.map((arg) => (isLocal(arg) ? localOffset(arg) : arg)),
      );
    }
  });
  const address = instance.allocate(4 * words.length);
  const target = instance.words(address, words.length);
  target.set(words.map((word) => word | 0));
  for (let t = 0; t < tasks.length; t++) target[t] = (target[t] as number) + address;
  return address;
}
