// Who runs the phases of an executable: the calling thread alone, or with a team, if the plan asks for threads and they are not busy.
import type { Instance } from "./instance.js";
import { type Arrays, type Local, runTasks, type Task } from "./tasks.js";
import type { Team } from "./team.js";

export interface Work {
  /** Copies before and after the phases, which only the calling thread can do. */
  before: Task;
  phases: readonly (readonly Task[])[];
  after: Task;
  /** Each thread's own place. */
  local: Local;
}

export class Crew {
  /** Where the executables' own memory ends, and what they lay out begins. */
  private base: number;
  /** Changes when all that is laid out is given up. */
  epoch = 0;

  constructor(
    readonly instance: Instance,
    private readonly team: Team | undefined,
    private readonly giveBack: () => void,
  ) {
    this.base = instance.mark();
  }

  /** What is allocated now is for as long as the crew is there. */
  hold(): void {
    this.base = this.instance.mark();
  }

  /** Gives up all that is laid out. */
  forget(): void {
    this.instance.release(this.base);
    this.epoch++;
  }

  /** How many threads there are room needed for. */
  get size(): number {
    return this.team?.size ?? 1;
  }

  /** How many tasks are under way at a time, if they load or save. */
  get window(): number {
    return this.team?.window ?? 1;
  }

  /** Allocates a place of `bytes` for each thread. */
  allocateLocal(bytes: number): Local {
    // Of pages of their own, so that threads do not write to the same cache lines.
    const stride = Math.ceil(bytes / 4096) * 4096 + 64;
    return { base: this.instance.allocate(this.size * stride), stride };
  }

  /** Does the work; yields the fraction that is done. */
  *run({ before, phases, after, local }: Work, arrays: Arrays): Generator<number, void> {
    const { instance, team } = this;
    const total = phases.reduce((n, tasks) => n + tasks.length, 2);
    for (const done of runTasks(instance, [[before]], arrays, local)) yield done / total;
    const running = team?.run(instance, phases, arrays, local) ?? runTasks(instance, phases, arrays, local);
    for (const done of running) yield (1 + done) / total;
    for (const _ of runTasks(instance, [[after]], arrays, local)) yield 1;
  }

  dispose(): void {
    this.team?.detach(this.instance);
    this.giveBack();
  }
}
