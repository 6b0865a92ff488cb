// Threads that share the work of a run. Tasks of a phase have tickets; whoever is free takes the next one. The calling thread opens the
// phases one after the other, works like the others, and waits until the last task of a phase is done. Threads that are late, or not
// started yet, are not waited for: the result is the same, bit for bit, whoever does what.
import { startThread, type Thread } from "../platform/workers.js";
import type { Instance } from "./instance.js";
import { type Arrays, isCall, type Local, runAction, type Task } from "./tasks.js";
import { type Attach, encode, Flag, type Message, operations, type Start, Word, work } from "./thread.js";

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

  /** Whether a thread could not start, or failed; the others, and the calling thread, go on. */
  failed = false;

  constructor(readonly size: number) {
    this.shared = new Int32Array(new SharedArrayBuffer(4 * (Word.AWAKE + size)));
    this.threads = Array.from({ length: size - 1 }, () =>
      startThread(work, () => {
        this.failed = true;
      }),
    );
    this.threads.forEach((thread, k) => {
      thread.post({ start: this.shared, thread: k + 1, operations, word: Word } satisfies Start);
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
      const first = Atomics.load(shared, Word.OPEN);
      job = { instance, flags: instance.words(flags, tasks.length).fill(0), first, arrays, base: local.base };
      const words: [number, number][] = [
        [Word.FAILED, 0],
        [Word.FIRST, first],
        [Word.INSTANCE, id],
        [Word.BYTES, instance.bytes],
        [Word.TASKS, address],
        [Word.FLAGS, flags],
        [Word.LOCAL, local.base],
        [Word.STRIDE, local.stride],
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
        if (flag === Flag.COMPUTED) this.helped++;
        if (flag === Flag.COMPUTED) perform(job, taskOf(saved), "save");
        saved++;
      } else if (opened < Math.min(end, saved + window)) {
        perform(job, taskOf(opened), "load");
        Atomics.store(shared, Word.OPEN, first + ++opened);
        Atomics.notify(shared, Word.OPEN);
        if (opened - begin <= this.threads.length + 1) this.wake();
      } else {
        const ticket = Atomics.load(shared, Word.NEXT);
        if (ticket === Atomics.load(shared, Word.OPEN)) this.await(() => Atomics.load(flags, saved) !== 0);
        else if (Atomics.compareExchange(shared, Word.NEXT, ticket, ticket + 1) === ticket) {
          const index = (ticket - first) | 0;
          this.compute(job, taskOf(index), index);
          yield saved;
        }
      }
      if (Atomics.load(shared, Word.FAILED)) throw new Error("a thread failed");
    }
  }

  private compute(job: Job, task: Task, index: number): void {
    try {
      perform(job, task, "call");
      perform(job, task, "save");
    } finally {
      Atomics.store(job.flags, index, Flag.SAVED);
    }
  }

  /** Threads that have stopped to look for tickets look again. */
  private wake(): void {
    this.threads.forEach((thread, k) => {
      if (Atomics.exchange(this.shared, Word.AWAKE + k + 1, 1) === 0) thread.post("wake" satisfies Message);
    });
  }

  /** Takes what tickets are left, and waits for the tasks that others are at. */
  private close({ flags, first }: Job): void {
    const { shared } = this;
    const taken = (Atomics.exchange(shared, Word.NEXT, Atomics.load(shared, Word.OPEN)) - first) | 0;
    this.await(() => flags.subarray(0, taken).every((_, index) => Atomics.load(flags, index) !== 0));
  }

  /** Waits until others have done enough: a while at full speed, then asleep where this thread may sleep (the main thread of a page may not). */
  private await(fulfilled: () => boolean): void {
    for (let spins = 0; ; spins++) {
      const done = Atomics.load(this.shared, Word.DONE);
      if (fulfilled()) return;
      if (spins > 2000 && this.maySleep) Atomics.wait(this.shared, Word.DONE, done, 1);
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
