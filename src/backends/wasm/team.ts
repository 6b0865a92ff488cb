// Threads that share the work of a run. Tasks of a phase have tickets; whoever is free takes the next one. The calling thread opens the
// phases one after the other, works like the others, and waits until the last task of a phase is done. Threads that are late, or not
// started yet, are not waited for: the result is the same, bit for bit, whoever does what.
import { startThread, type Thread } from "../platform/workers.js";
import type { Exports, Instance } from "./instance.js";
import { type Arrays, isCall, isLocal, type Local, localOffset, runAction, type Task } from "./tasks.js";

/** Words that all threads share. Tickets are counted on from run to run, so that who is late finds no ticket that it could mistake. */
const NEXT = 0;
const OPEN = 1;
const DONE = 2;
const FAILED = 3;
/** Of the run: its first ticket, its instance and the size of that memory, the addresses of its list of tasks, of their flags, and of the threads' own places. */
const FIRST = 4;
const INSTANCE = 5;
const BYTES = 6;
const TASKS = 7;
const FLAGS = 8;
const LOCAL = 9;
const STRIDE = 10;
/** For each thread, whether it looks for tickets, or must be woken. */
const AWAKE = 11;

/** A task's flag, once another thread has done it; and once its results are saved as well. */
const COMPUTED = 1;
const SAVED = 2;

interface Start {
  start: Int32Array;
  thread: number;
  operations: string[];
}

interface Attach {
  attach: number;
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
}

type Message = Start | Attach | { detach: number } | "wake";

/** What a thread does. It is sent as text, and so refers to nothing outside itself: the numbers are the words above. */
function work(listen: (receive: (message: Message) => void) => void): void {
  let shared: Int32Array = new Int32Array();
  let thread = 0;
  let operations: string[] = [];
  const instances = new Map<number, { memory: WebAssembly.Memory; calls: ((...args: number[]) => unknown)[] }>();
  listen((message) => {
    if (message === "wake") help();
    else if ("start" in message) {
      shared = message.start;
      thread = message.thread;
      operations = message.operations;
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
      Atomics.store(shared, 11 + thread, 1);
      takeTickets();
      Atomics.store(shared, 11 + thread, 0);
    } while (Atomics.load(shared, 0) !== Atomics.load(shared, 1) && instances.has(Atomics.load(shared, 5)));
  }

  /** Until none has come for a while: for some 50 µs it looks at full speed, then asleep, as another thread may need the core. */
  function takeTickets(): void {
    for (let idle = 0; idle < 2020; ) {
      const ticket = Atomics.load(shared, 0);
      if (ticket === Atomics.load(shared, 1)) {
        if (++idle > 2000) Atomics.wait(shared, 1, ticket, 1);
        continue;
      }
      // Until the ticket is taken, its run goes on, and these words are of that.
      const instance = instances.get(Atomics.load(shared, 5));
      const index = (ticket - Atomics.load(shared, 4)) | 0;
      const [bytes, tasks, flags] = [Atomics.load(shared, 6) >>> 0, Atomics.load(shared, 7), Atomics.load(shared, 8)];
      const local = Atomics.load(shared, 9) + thread * Atomics.load(shared, 10);
      // The message that brings the instance is waiting.
      if (!instance) return;
      if (Atomics.compareExchange(shared, 0, ticket, ticket + 1) !== ticket) continue;
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
        Atomics.store(shared, 3, 1);
      }
      Atomics.store(words, (flags >>> 2) + index, 1);
      Atomics.add(shared, 2, 1);
      Atomics.notify(shared, 2);
    }
  }
}

/** A run, as the calling thread sees it. */
interface Job {
  instance: Instance;
  /** The flags of its tasks. */
  flags: Int32Array;
  /** Its first ticket. */
  first: number;
  arrays: Arrays;
  base: number;
}

/** Threads beside the calling one. */
export class Team {
  private readonly threads: Thread[];
  private readonly shared: Int32Array;
  private readonly attached = new Map<Instance, number>();
  private attachments = 0;
  private busy = false;
  private disposed = false;
  private readonly maySleep = maySleep();
  /** How many tasks the threads have done, and the calling thread has not. */
  helped = 0;

  constructor(readonly size: number) {
    this.shared = new Int32Array(new SharedArrayBuffer(4 * (AWAKE + size)));
    this.threads = Array.from({ length: size - 1 }, () => startThread(work));
    this.threads.forEach((thread, k) => {
      thread.post({ start: this.shared, thread: k + 1, operations } satisfies Start);
    });
  }

  /** How many tasks are under way at a time, if they load or save: some for each thread, so that none waits for the next. */
  get window(): number {
    return 2 * this.size + 1;
  }

  /**
   * Runs phases; yields how many tasks are done. Loads and saves are the calling thread's: it brings in what a task needs before it opens
   * its ticket, and takes results out, while others are at work. Undefined if the team is at another run.
   */
  run(
    instance: Instance,
    phases: readonly (readonly Task[])[],
    arrays: Arrays,
    local: Local,
  ): Generator<number, void> | undefined {
    return this.busy ? undefined : this.steps(instance, phases, arrays, local);
  }

  private *steps(
    instance: Instance,
    phases: readonly (readonly Task[])[],
    arrays: Arrays,
    local: Local,
  ): Generator<number, void> {
    this.busy = true;
    const mark = instance.mark();
    const { shared } = this;
    let job: Job | undefined;
    try {
      const tasks = phases.flat();
      const id = this.attach(instance);
      const address = encode(instance, tasks);
      const flags = instance.allocate(4 * tasks.length);
      const first = Atomics.load(shared, OPEN);
      job = { instance, flags: instance.words(flags, tasks.length).fill(0), first, arrays, base: local.base };
      const words: [number, number][] = [
        [FAILED, 0],
        [FIRST, first],
        [INSTANCE, id],
        [BYTES, instance.bytes],
        [TASKS, address],
        [FLAGS, flags],
        [LOCAL, local.base],
        [STRIDE, local.stride],
      ];
      for (const [word, value] of words) Atomics.store(shared, word, value);
      let begin = 0;
      for (const phase of phases) {
        yield* this.runPhase(job, phase, begin);
        begin += phase.length;
      }
    } finally {
      if (job) this.close(job);
      instance.release(mark);
      this.busy = false;
      if (this.disposed) this.dispose();
    }
  }

  private *runPhase(job: Job, phase: readonly Task[], begin: number): Generator<number, void> {
    const { shared } = this;
    const { flags, first } = job;
    const end = begin + phase.length;
    const window = phase.every((task) => task.every(isCall)) ? phase.length : this.window;
    const taskOf = (index: number) => phase[index - begin] as Task;
    let opened = begin;
    let saved = begin;
    while (saved < end) {
      const flag = Atomics.load(flags, saved);
      if (flag !== 0) {
        if (flag === COMPUTED) this.helped++;
        if (flag === COMPUTED) perform(job, taskOf(saved), "save");
        saved++;
      } else if (opened < Math.min(end, saved + window)) {
        perform(job, taskOf(opened), "load");
        Atomics.store(shared, OPEN, first + ++opened);
        Atomics.notify(shared, OPEN);
        if (opened - begin <= this.threads.length + 1) this.wake();
      } else {
        const ticket = Atomics.load(shared, NEXT);
        if (ticket === Atomics.load(shared, OPEN)) this.await(() => Atomics.load(flags, saved) !== 0);
        else if (Atomics.compareExchange(shared, NEXT, ticket, ticket + 1) === ticket) {
          const index = (ticket - first) | 0;
          this.compute(job, taskOf(index), index);
          yield saved;
        }
      }
      if (Atomics.load(shared, FAILED)) throw new Error("a thread failed");
    }
  }

  private compute(job: Job, task: Task, index: number): void {
    try {
      perform(job, task, "call");
      perform(job, task, "save");
    } finally {
      Atomics.store(job.flags, index, SAVED);
    }
  }

  /** Threads that have stopped to look for tickets look again. */
  private wake(): void {
    this.threads.forEach((thread, k) => {
      if (Atomics.exchange(this.shared, AWAKE + k + 1, 1) === 0) thread.post("wake" satisfies Message);
    });
  }

  /** Takes what tickets are left, and waits for the tasks that others are at. */
  private close({ flags, first }: Job): void {
    const { shared } = this;
    const taken = (Atomics.exchange(shared, NEXT, Atomics.load(shared, OPEN)) - first) | 0;
    this.await(() => flags.subarray(0, taken).every((_, index) => Atomics.load(flags, index) !== 0));
  }

  /** Waits until others have done enough: a while at full speed, then asleep where this thread may sleep (the main thread of a page may not). */
  private await(fulfilled: () => boolean): void {
    for (let spins = 0; ; spins++) {
      const done = Atomics.load(this.shared, DONE);
      if (fulfilled()) return;
      if (spins > 2000 && this.maySleep) Atomics.wait(this.shared, DONE, done, 1);
    }
  }

  /** Forgets an instance, so that its memory can be freed. */
  detach(instance: Instance): void {
    const id = this.attached.get(instance);
    if (id === undefined) return;
    this.attached.delete(instance);
    for (const thread of this.threads) thread.post({ detach: id } satisfies Message);
  }

  /** Ends the threads, at once or after the run that is under way. */
  dispose(): void {
    this.disposed = true;
    if (this.busy) return;
    for (const thread of this.threads) thread.terminate();
  }

  private attach(instance: Instance): number {
    const known = this.attached.get(instance);
    if (known !== undefined) return known;
    const id = ++this.attachments;
    this.attached.set(instance, id);
    const { module, memory } = instance;
    const message: Attach = { attach: id, module, memory };
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

/** A task's loads, calls or saves. */
function perform({ instance, arrays, base }: Job, task: Task, kind: "load" | "call" | "save"): void {
  for (const action of task)
    if (kind === (isCall(action) ? "call" : action[0])) runAction(instance, action, arrays, base);
}

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
