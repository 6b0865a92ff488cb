// npm run bench:threads [W1 …]: one convolution shared by all threads, against one thread; and beside it what the machine's cores give to as many
// convolutions at once, each on one thread of its own with arrays of its own. That is the most that sharing could give: cores share caches, memory and, on
// a busy host, time. Rounds in turns; medians.
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { backends, convolveSync } from "helixconv";
import type { Workload } from "../src/cli/workloads.js";
import { arraysOf } from "./competitor.js";
import { operands } from "./helixconv.js";
import { quartiles } from "./interleave.js";
import { select } from "./selection.js";

const ROUNDS = 41;
/** Words that the threads share: how many rounds are begun, and how many convolutions of this one are done. */
const BEGUN = 0;
const DONE = 1;
const END = -1;

if (isMainThread) await compare();
else alongside(workerData as { workload: Workload; words: Int32Array });

async function compare(): Promise<void> {
  const { workloads } = select(process.argv.slice(2), []);
  const threads = Math.max(...(await backends()).map((backend) => backend.threads));
  console.log(`medians of ${ROUNDS} rounds; ${threads} threads\n`);
  console.log("        1 thread, ms   shared, ms   speed-up   the cores' own");
  for (const workload of workloads.filter(({ layer }) => !layer)) await measure(workload, threads);
}

async function measure(workload: Workload, threads: number): Promise<void> {
  const convolve = convolver(workload);
  const words = new Int32Array(new SharedArrayBuffer(8));
  const workers = Array.from(
    { length: threads - 1 },
    () => new Worker(new URL(import.meta.url), { workerData: { workload, words } }),
  );
  const alone: number[] = [];
  const shared: number[] = [];
  const apart: number[] = [];
  // Threads start while the event loop has its turn, and compile their code.
  for (let warm = 0; warm < 20; warm++) {
    convolve(threads);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await allDone(words, workers.length);
  for (let round = 1; round <= ROUNDS; round++) {
    alone.push(await time(() => convolve(1)));
    shared.push(await time(() => convolve(threads)));
    apart.push(
      await time(async () => {
        Atomics.store(words, DONE, 0);
        Atomics.store(words, BEGUN, round);
        Atomics.notify(words, BEGUN);
        await convolve(1);
        await allDone(words, workers.length);
      }),
    );
  }
  Atomics.store(words, BEGUN, END);
  Atomics.notify(words, BEGUN);
  const [one, all, many] = [alone, shared, apart].map((times) => quartiles(times).median) as [number, number, number];
  const figures = [one.toFixed(2).padStart(14), all.toFixed(2).padStart(12), (one / all).toFixed(2).padStart(10)];
  console.log(`${workload.name.padEnd(7)} ${figures.join(" ")} ${((threads * one) / many).toFixed(2).padStart(16)}`);
}

/** A convolution for each round that begins. */
function alongside({ workload, words }: { workload: Workload; words: Int32Array }): void {
  const convolve = convolver(workload);
  for (let begun = 0; begun !== END; ) {
    convolve(1);
    Atomics.add(words, DONE, 1);
    Atomics.wait(words, BEGUN, begun);
    begun = Atomics.load(words, BEGUN);
  }
}

function convolver(workload: Workload) {
  const { x, w, out } = operands(workload, arraysOf(workload));
  return (threads: number) => convolveSync(x, w, { mode: "same", threads, out });
}

async function time(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

async function allDone(words: Int32Array, count: number): Promise<void> {
  while (Atomics.load(words, DONE) < count) await new Promise((resolve) => setImmediate(resolve));
}
