// Threads that share the work of a run. Tasks of a phase have tickets; whoever is free takes the next one. The calling thread opens the
// phases one after the other, works like the others, and waits until the last task of a phase is done. Threads that are late, or not
// started yet, are not waited for: the result is the same, bit for bit, whoever does what.
import { startThread, type Thread } from "../platform/workers.js";
import type { Exports, Instance } from "./instance.js";
import { type Arrays, isCall, isLocal, type Local, localOffset, runAction, type Task } from "./tasks.js";

/** Words of a run's board; a flag for each task follows. */
const NEXT = 0;
const OPEN = 1;
const DONE = 2;
const FAILED = 3;
const CLOSED = 4;
const FLAGS = 5;

/** A task's flag, once others have done it; and once its results are saved as well. */
const COMPUTED = 1;
const SAVED = 2;

interface Attach {
  attach: number;
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  operations: string[];
}

interface Run {
  run: Int32Array;
  instance: number;
  /** The address of the list of tasks, and this thread's place for what tasks have of their own. */
  tasks: number;
  local: number;
  /** How large the memory is. */
  bytes: number;
}

type Message = Attach | Run | { detach: number };

/** What a thread does. It is sent as text, and so refers to nothing outside itself: the numbers are the words of the board. */
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

  function join({ run: board, instance, tasks, local, bytes }: Run): void {
    const found = instances.get(instance);
    if (!found || Atomics.load(board, 4)) return;
    const { memory, calls } = found;
    // The calling thread may have grown the memory, of which this thread would learn only later: asked to grow, it learns at once.
    if (memory.buffer.byteLength < bytes) memory.grow(0);
    const words = new Int32Array(memory.buffer);
    for (let idle = 0; !Atomics.load(board, 4); ) {
      const ticket = Atomics.load(board, 0);
      const open = Atomics.load(board, 1);
      if (ticket >= open) {
        // For some 50 µs at full speed; then asleep, as another thread may need the core.
        if (++idle > 2000) Atomics.wait(board, 1, open, 1);
        continue;
      }
      idle = 0;
      if (Atomics.compareExchange(board, 0, ticket, ticket + 1) !== ticket) continue;
      try {
        let at = (words[tasks / 4 + ticket] as number) >>> 2;
        for (let count = words[at++] as number; count > 0; count--) {
          const operation = words[at++] as number;
          const size = words[at++] as number;
          const locals = words[at++] as number;
          const args: number[] = [];
          for (let k = 0; k < size; k++) args.push((words[at++] as number) + (locals & (1 << k) ? local : 0));
          (calls[operation] as (...args: number[]) => unknown)(...args);
        }
      } catch {
        Atomics.store(board, 3, 1);
      }
      Atomics.store(board, 5 + ticket, 1);
      Atomics.add(board, 2, 1);
      Atomics.notify(board, 2);
    }
  }
}

/** A run, as the calling thread sees it. */
interface Job {
  instance: Instance;
  board: Int32Array;
  arrays: Arrays;
  base: number;
}

/** Threads beside the calling one. */
export class Team {
  private readonly threads: Thread[];
  private readonly attached = new Map<Instance, number>();
  private attachments = 0;
  private busy = false;
  private disposed = false;
  private readonly maySleep = maySleep();
  /** How many tasks the threads have done, and the calling thread has not. */
  helped = 0;

  constructor(readonly size: number) {
    this.threads = Array.from({ length: size - 1 }, () => startThread(work));
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
    const tasks = phases.flat();
    // A board of its own for each run: who is late finds nothing left to take, and does no harm.
    const board = new Int32Array(new SharedArrayBuffer(4 * (FLAGS + tasks.length)));
    try {
      const id = this.attach(instance);
      const address = encode(instance, tasks);
      this.threads.forEach((thread, k) => {
        const own = local.base + (k + 1) * local.stride;
        thread.post({ run: board, instance: id, tasks: address, local: own, bytes: instance.bytes } satisfies Run);
      });
      const job = { instance, board, arrays, base: local.base };
      let first = 0;
      for (const phase of phases) {
        yield* this.runPhase(job, phase, first);
        first += phase.length;
      }
    } finally {
      Atomics.store(board, CLOSED, 1);
      const taken = Atomics.exchange(board, NEXT, 2 ** 31 - 1);
      Atomics.notify(board, OPEN);
      this.await(board, () => Atomics.load(board, DONE) >= taken);
      instance.release(mark);
      this.busy = false;
      if (this.disposed) this.dispose();
    }
  }

  private *runPhase(job: Job, phase: readonly Task[], first: number): Generator<number, void> {
    const { board } = job;
    const end = first + phase.length;
    const window = phase.every((task) => task.every(isCall)) ? phase.length : this.window;
    let opened = first;
    let saved = first;
    while (saved < end) {
      const flag = Atomics.load(board, FLAGS + saved);
      if (flag !== 0) {
        if (flag === COMPUTED) this.helped++;
        if (flag === COMPUTED) perform(job, phase[saved - first] as Task, "save");
        saved++;
      } else if (opened < Math.min(end, saved + window)) {
        perform(job, phase[opened - first] as Task, "load");
        Atomics.store(board, OPEN, ++opened);
        Atomics.notify(board, OPEN);
      } else {
        const ticket = Atomics.load(board, NEXT);
        if (ticket >= opened) this.await(board, () => Atomics.load(board, FLAGS + saved) !== 0);
        else if (Atomics.compareExchange(board, NEXT, ticket, ticket + 1) === ticket) {
          this.compute(job, phase[ticket - first] as Task, ticket);
          yield Atomics.load(board, DONE);
        }
      }
      if (Atomics.load(board, FAILED)) throw new Error("a thread failed");
    }
  }

  private compute(job: Job, task: Task, ticket: number): void {
    try {
      perform(job, task, "call");
      perform(job, task, "save");
    } finally {
      Atomics.store(job.board, FLAGS + ticket, SAVED);
      Atomics.add(job.board, DONE, 1);
    }
  }

  /** Waits until others have done enough: a while at full speed, then asleep where this thread may sleep (the main thread of a page may not). */
  private await(board: Int32Array, fulfilled: () => boolean): void {
    for (let spins = 0; ; spins++) {
      const done = Atomics.load(board, DONE);
      if (fulfilled()) return;
      if (spins > 2000 && this.maySleep) Atomics.wait(board, DONE, done, 1);
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
    const message: Attach = { attach: id, module, memory, operations };
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
