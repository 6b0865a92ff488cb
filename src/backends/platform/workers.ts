// Threads, where the platform has them: worker_threads in Node and what is compatible with it, module-less workers elsewhere.
import { builtin, concurrency, hasBuiltins } from "./process.js";

export interface Thread {
  post(message: unknown): void;
  terminate(): void;
}

/** Why threads that were started did not work, if so. */
let failure: string | undefined;

/** Why there are no threads that share memory here, if so. */
export function whyNoThreads(): string | undefined {
  if (failure !== undefined) return failure;
  if (typeof SharedArrayBuffer !== "function" || typeof Atomics !== "object")
    return "threads need SharedArrayBuffer, which a page has only with the headers COOP and COEP";
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false)
    return "threads need a cross-origin isolated page: the headers COOP and COEP";
  if (hasBuiltins()) return undefined;
  if (typeof Worker === "function" && typeof Blob === "function") return undefined;
  return "this platform has no workers that threads could run in (Node has, from 20.16 on)";
}

/** Where the script of a page's threads lies, if they may not be started from a blob: URL. */
let scriptUrl: string | URL | undefined;

/** Threads start from there, even if they did not start before. */
export function setScriptUrl(url: string | URL): void {
  scriptUrl = url;
  failure = undefined;
}

type Main = (listen: (receive: (message: never) => void) => void) => void;

/**
 * Starts a thread that runs `main(listen)`, a function without outer references; `listen` takes what receives messages. It does not keep a
 * process alive. One that cannot start, or fails, is one that never helps: `onFailure` is called, and `whyNoThreads` tells why.
 */
export function startThread(main: Main, onFailure: () => void): Thread {
  const fail = (why: string) => {
    failure = why;
    onFailure();
  };
  const threads = builtin("node:worker_threads");
  if (threads) {
    const { Worker } = threads;
    const listen = 'receive => require("node:worker_threads").parentPort.on("message", receive)';
    // Flags of the process, such as --input-type=module, are not for this script.
    const worker = new Worker(`(${main})(${listen})`, { eval: true, execArgv: [] });
    worker.unref();
    worker.on("error", ({ message }) => fail(`a thread failed: ${message}`));
    return { post: (message) => worker.postMessage(message), terminate: () => void worker.terminate() };
  }
  try {
    const worker = scriptUrl === undefined ? workerOf(main) : new Worker(scriptUrl);
    worker.onerror = ({ message }) => fail(whyPageThreadFailed(message));
    return { post: (message) => worker.postMessage(message), terminate: () => worker.terminate() };
  } catch (error) {
    fail(whyPageThreadFailed(String(error)));
    return { post: () => {}, terminate: () => {} };
  }
}

function workerOf(main: Main): Worker {
  const listen = "receive => addEventListener('message', event => receive(event.data))";
  const url = URL.createObjectURL(new Blob([`(${main})(${listen})`], { type: "text/javascript" }));
  try {
    return new Worker(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** `message` is missing where a script was not loaded, or not allowed. */
const whyPageThreadFailed = (message: string | undefined): string =>
  scriptUrl === undefined
    ? `threads did not start${message ? ` (${message})` : ""}: where a Content-Security-Policy refuses workers from blob: URLs, serve helixconv/worker and give its address to useWorker`
    : `threads did not start${message ? ` (${message})` : ""}: the script given to useWorker, ${scriptUrl}, must be helixconv/worker, from the page's own origin`;

/** How many threads the machine, or the container, runs at once. */
export function parallelism(): number {
  const read = (path: string): string | undefined => {
    try {
      return builtin("node:fs")?.readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  };
  return Math.max(1, Math.min(concurrency() ?? 1, Math.floor(containerCores(read))));
}

/**
 * How many cores' time Linux lets a container have, Infinity for all; `read` gives the text of a file, undefined if there is none. Node 20 does
 * not ask for it. Version 2 of control groups has it as "quota period", or "max period", in microseconds, version 1 in two files.
 */
export function containerCores(read: (path: string) => string | undefined): number {
  const [first, second] = read("/sys/fs/cgroup/cpu.max")?.trim().split(" ") ?? [
    read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
    read("/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
  ];
  const [quota, period] = [Number(first), Number(second)];
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}
