// Where a call gets its executables from. Those of one-shot calls are kept for the next call of the same shape: the least recently
// used go first.
import type { Backend, Executable } from "../backends/backend.js";
import type { Plan } from "../plan/plan.js";
import type { Operand } from "../problem/problem.js";

/** The layers of a network in training come round again, each with a forward call and two gradients. */
const KEEP = 32;
const KEEP_BYTES = 256 * 2 ** 20;

interface Kept {
  /** Not just of the same name: a GPU's backend is replaced when another device is to be used. */
  backend: Backend;
  executable: Executable;
  bytes: number;
}

const kept = new Map<string, Kept>();

/** Keys of plans that were asked for: a decision that is remembered is always the same object. */
const keys = new WeakMap<Plan, string>();

function keyOf(backend: Backend, plan: Plan): string {
  let key = keys.get(plan);
  if (key === undefined) {
    const { bytes: _bytes, threadBytes: _each, cost: _cost, ...rest } = plan;
    key = JSON.stringify(rest);
    keys.set(plan, key);
  }
  return `${backend.name} ${key}`;
}

/** Executables with a kernel in place, for one caller at a time; each is given back after its run. */
export interface Supply {
  take(backend: Backend, plan: Plan, kernel: Operand): Promise<Executable>;
  takeSync(backend: Backend, plan: Plan, kernel: Operand): Executable | undefined;
  giveBack(backend: Backend, plan: Plan, executable: Executable): void;
  /** Instead of giving it back, after a run that failed. */
  discard(executable: Executable): void;
}

export const recentExecutables: Supply = {
  take: async (backend, plan, kernel) => reuse(backend, plan, kernel) ?? backend.prepare(plan, kernel),
  takeSync: (backend, plan, kernel) => reuse(backend, plan, kernel) ?? backend.prepareSync?.(plan, kernel),
  giveBack,
  discard: (executable) => executable.dispose(),
};

function giveBack(backend: Backend, plan: Plan, executable: Executable): void {
  const key = keyOf(backend, plan);
  if (plan.bytes > KEEP_BYTES || find(key, backend)) {
    executable.dispose();
    return;
  }
  kept.set(key, { backend, executable, bytes: plan.bytes });
  let bytes = [...kept.values()].reduce((sum, entry) => sum + entry.bytes, 0);
  for (const [oldest, entry] of kept) {
    if (kept.size <= KEEP && bytes <= KEEP_BYTES) break;
    kept.delete(oldest);
    entry.executable.dispose();
    bytes -= entry.bytes;
  }
}

function reuse(backend: Backend, plan: Plan, kernel: Operand): Executable | undefined {
  const key = keyOf(backend, plan);
  const found = find(key, backend);
  if (!found) return undefined;
  kept.delete(key);
  try {
    found.setKernel(kernel);
    return found;
  } catch (error) {
    found.dispose();
    throw error;
  }
}

/** What is kept for a backend; what was kept for another in its place is given up. */
function find(key: string, backend: Backend): Executable | undefined {
  const found = kept.get(key);
  if (!found || found.backend === backend) return found?.executable;
  kept.delete(key);
  found.executable.dispose();
  return undefined;
}
