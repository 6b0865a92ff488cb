// What Node, and what is compatible with it, tells about the process and its machine; and what a page tells. Builtin modules are asked
// for at run time and never imported, so that one bundle serves Node and browsers.

interface Builtins {
  "node:buffer": typeof import("node:buffer");
  "node:fs": typeof import("node:fs");
  "node:os": typeof import("node:os");
  "node:worker_threads": typeof import("node:worker_threads");
}

interface NodeProcess {
  getBuiltinModule?<Name extends keyof Builtins>(name: Name): Builtins[Name];
  env?: Record<string, string | undefined>;
  version?: string;
}

interface Navigator {
  userAgent?: string;
  hardwareConcurrency?: number;
}

const node = (): NodeProcess | undefined => (globalThis as { process?: NodeProcess }).process;

/** A module of Node's (from 20.16 on); undefined elsewhere. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  return node()?.getBuiltinModule?.(name);
}

/** Whether there are such modules, without loading one: worker_threads takes 10 ms. */
export const hasBuiltins = (): boolean => node()?.getBuiltinModule !== undefined;

/** A variable of the environment; undefined where there is none. */
export const environment = (name: string): string | undefined => node()?.env?.[name];

/** How many threads the machine runs at once, as far as it tells. */
export const concurrency = (): number | undefined =>
  builtin("node:os")?.availableParallelism() ?? navigatorOf().hardwareConcurrency;

const navigatorOf = (): Navigator => (globalThis as { navigator?: Navigator }).navigator ?? {};

/** The processor and what runs JavaScript on it, as far as they tell, in one line. */
export function machineName(): string {
  const os = builtin("node:os");
  const atOnce = `${concurrency() ?? "?"} at once`;
  if (os) return `${os.cpus()[0]?.model ?? os.arch()}, ${atOnce}, Node ${node()?.version}`;
  return `${atOnce}, ${navigatorOf().userAgent ?? "unknown engine"}`;
}

/** Calls back when there seems to be nothing else to do. Does not keep a process alive. */
export function whenIdle(work: () => void): void {
  const { requestIdleCallback } = globalThis as { requestIdleCallback?: (work: () => void) => unknown };
  if (requestIdleCallback) requestIdleCallback(work);
  else {
    const timer: unknown = setTimeout(work, PAUSE);
    (timer as { unref?: () => void }).unref?.();
  }
}

/** ms. */
const PAUSE = 20;
