// Threads that share the work of a run. Tasks of a phase have tickets; whoever is free takes the next one. The calling thread opens the
// phases one after the other, works like the others, and waits until the last ticket of a phase is done. Threads that are late, or not
// started yet, are not waited for: the result is the same, bit for bit, whoever does what.
import { startThread, type Thread } from "../platform/workers.js";
import type { Exports, Instance } from "./instance.js";
import { type Arrays, isCall, isLocal, type Local, localOffset, runAction, type Task } from "./tasks.js";

/** Words of the control block. */
const CALL = 0;
const ACTIVE = 1;
const NEXT = 2;
const LIMIT = 3;
const DONE = 4;
const FAILED = 5;
const HELPED = 6;
const WORDS = 8;

interface Attach {
  attach: number;
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: Int32Array;
  operations: string[];
}

interface Run {
  run: number;
  instance: number;
  /** The address of the list of tasks, and this thread's place and its size for what tasks have of their own. */
  tasks: number;
  local: number;
  /** How large the memory is. */
  bytes: number;
}

type Message = Attach | Run | { detach: number };

/** What a thread does. It is sent as text, and so refers to nothing outside itself: the numbers are the words of the control block. */
function work(listen: (receive: (message: Message) => void) => void): void {
  const instances = new Map<number, Attach & { calls: ((...args: number[]) => unknown)[] }>();
  listen((message) => {
    if ("attach" in message) {
      const { exports } = new WebAssembly.Instance(message.module, { env: { memory: message.memory } });
      const calls = message.operations.map((name) => exports[name] as (...args: number[]) => unknown);
      instances.set(message.attach, { ...message, calls });
    } else if ("detach" in message) instances.delete(message.detach);
    else join(message);
  });

  function join({ run, instance, tasks, local, bytes }: Run): void {
    const found = instances.get(instance);
    if (!found) return;
    const { control, memory, calls } = found;
    Atomics.add(control, 1, 1);
    // The calling thread may have grown the memory, of which this thread would learn only later: asked to grow, it learns at once.
    if (memory.buffer.byteLength < bytes) memory.grow(0);
    const words = new Int32Array(memory.buffer);
    for (let idle = 0; Atomics.load(control, 0) === run; ) {
      const ticket = Atomics.load(control, 2);
      const limit = Atomics.load(control, 3);
      if (ticket >= limit) {
        // For some 50 µs at full speed; then asleep, as another thread may need the core.
        if (++idle > 2000) Atomics.wait(control, 3, limit, 1);
        continue;
      }
      idle = 0;
      if (Atomics.compareExchange(control, 2, ticket, ticket + 1) !== ticket) continue;
      try {
        let at = (words[tasks / 4 + ticket] as number) >>> 2;
        for (let count = words[at++] as number; count > 0; count--) {
          const operation = words[at++] as number;
          const size = words[at++] as number;
          const locals = words[at++] as number;
          const args: number[] = [];
          for (let k = 0; k < size; k++) args.push((words[at++] as number) + (locals & (1 << k) ? local : 0));
          calls[operation]?.(...args);
        }
      } catch {
        Atomics.store(control, 5, 1);
      }
      Atomics.add(control, 6, 1);
      Atomics.add(control, 4, 1);
      Atomics.notify(control, 4);
    }
    Atomics.sub(control, 1, 1);
    Atomics.notify(control, 1);
  }
}

/** Threads beside the calling one. */
export class Team {
  private readonly threads: Thread[];
  private readonly control = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  private readonly attached = new Map<Instance, number>();
  private calls = 0;
  private busy = false;
  private readonly maySleep = maySleep();

  constructor(readonly size: number) {
    this.threads = Array.from({ length: size - 1 }, () => startThread(work));
  }

  /** How many tasks the threads have done, and the calling thread has not. */
  get helped(): number {
    return Atomics.load(this.control, HELPED);
  }

  /**
   * Runs phases, yielding after each. Loads and saves are the calling thread's: it brings in what a task needs before it opens its ticket,
   * while others are at work. False, and nothing done, if the team is at another call.
   */
  *run(
    instance: Instance,
    phases: readonly (readonly Task[])[],
    arrays: Arrays,
    local: Local,
  ): Generator<void, boolean> {
    if (this.busy) return false;
    this.busy = true;
    const { control } = this;
    const mark = instance.mark();
    try {
      const id = this.attach(instance);
      const tasks = phases.flat();
      const address = encode(instance, tasks);
      const call = ++this.calls;
      for (const word of [NEXT, LIMIT, DONE, FAILED]) Atomics.store(control, word, 0);
      Atomics.store(control, CALL, call);
      this.threads.forEach((thread, k) => {
        const own = local.base + (k + 1) * local.stride;
        thread.post({ run: call, instance: id, tasks: address, local: own, bytes: instance.bytes } satisfies Run);
      });
      let first = 0;
      for (const phase of phases) {
        this.runPhase(instance, phase, first, arrays, local.base);
        first += phase.length;
        if (Atomics.load(control, FAILED)) throw new Error("a thread failed");
        yield;
      }
      return true;
    } finally {
      Atomics.store(control, CALL, 0);
      Atomics.notify(control, LIMIT);
      this.await(ACTIVE, (active) => active === 0);
      instance.release(mark);
      this.busy = false;
    }
  }

  private runPhase(instance: Instance, phase: readonly Task[], first: number, arrays: Arrays, base: number): void {
    const { control } = this;
    const limit = first + phase.length;
    phase.forEach((task, k) => {
      for (const action of task) if (action[0] === "load") runAction(instance, action, arrays, base);
      if (task[0]?.[0] === "load") this.open(first + k + 1);
    });
    this.open(limit);
    const others = new Set(phase);
    for (let ticket = Atomics.load(control, NEXT); ticket < limit; ticket = Atomics.load(control, NEXT)) {
      if (Atomics.compareExchange(control, NEXT, ticket, ticket + 1) !== ticket) continue;
      const task = phase[ticket - first] as Task;
      for (const action of task) if (action[0] !== "load") runAction(instance, action, arrays, base);
      others.delete(task);
      Atomics.add(control, DONE, 1);
    }
    this.await(DONE, (done) => done >= limit);
    for (const task of others)
      for (const action of task) if (action[0] === "save") runAction(instance, action, arrays, base);
  }

  /** Lets tickets before `limit` be taken. */
  private open(limit: number): void {
    Atomics.store(this.control, LIMIT, limit);
    Atomics.notify(this.control, LIMIT);
  }

  /** Waits for a word: a while at full speed, then asleep where this thread may sleep (the main thread of a page may not). */
  private await(word: number, fulfilled: (value: number) => boolean): void {
    const { control } = this;
    for (let spins = 0; ; spins++) {
      const value = Atomics.load(control, word);
      if (fulfilled(value)) return;
      if (spins > 2000 && this.maySleep) Atomics.wait(control, word, value, 1);
    }
  }

  /** Forgets an instance, so that its memory can be freed. */
  detach(instance: Instance): void {
    const id = this.attached.get(instance);
    if (id === undefined) return;
    this.attached.delete(instance);
    for (const thread of this.threads) thread.post({ detach: id } satisfies Message);
  }

  dispose(): void {
    for (const thread of this.threads) thread.terminate();
  }

  private attach(instance: Instance): number {
    const known = this.attached.get(instance);
    if (known !== undefined) return known;
    const id = this.calls + 1;
    this.attached.set(instance, id);
    const { module, memory } = instance;
    const message: Attach = { attach: id, module, memory, control: this.control, operations };
    for (const thread of this.threads) thread.post(message);
    return id;
  }
}

/** What tasks call, by number. */
const operations: (keyof Exports)[] = [
  "clear",
  "wind",
  "unwind",
  "forward",
  "inverse",
  "convolve",
  "multiplyAccumulate",
  "directReal",
  "directComplex",
];

function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

/**
 * Writes tasks to memory: the address of each, which has a count of calls, and each call its operation, how many arguments it has, which of
 * them are relative to the thread's own place (one bit each), and the arguments.
 */
function encode(instance: Instance, tasks: readonly Task[]): number {
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
