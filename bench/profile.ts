// npm run bench:profile [W1 …]: where the time of a convolution goes, one thread: calls into WebAssembly by operation, copies of typed arrays, and what
// is left to JavaScript. Timers stand around each, which costs less than 0.1 µs a call. Medians of whole calls; the rest in proportion.
const spent = new Map<string, { ms: number; calls: number }>();

function timed<Args extends unknown[], Result>(
  name: string,
  call: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    const start = performance.now();
    const result = call(...args);
    const entry = spent.get(name) ?? { ms: 0, calls: 0 };
    spent.set(name, { ms: entry.ms + performance.now() - start, calls: entry.calls + 1 });
    return result;
  };
}

// Before anything is imported that would keep the originals.
const { Instance } = WebAssembly;
WebAssembly.Instance = new Proxy(Instance, {
  construct: (target, args: ConstructorParameters<typeof Instance>) => {
    const { exports } = new target(...args);
    const wrapped = Object.entries(exports).map(([name, value]) => [
      name,
      typeof value === "function" ? timed(name, value as () => unknown) : value,
    ]);
    return { exports: Object.fromEntries(wrapped) as WebAssembly.Exports };
  },
});
for (const { prototype } of [Float32Array, Float64Array]) {
  const { set } = prototype;
  const copy = timed("copies", (target: unknown, args: unknown[]) => Reflect.apply(set, target, args));
  prototype.set = function (...args: Parameters<typeof set>) {
    copy(this, args);
  };
}

const { arraysOf } = await import("./competitor.js");
const { ourCompetitors } = await import("./helixconv.js");
const { quartiles } = await import("./interleave.js");
const { select } = await import("./selection.js");

const CALLS = 101;

for (const workload of select(process.argv.slice(2), []).workloads) {
  const ours = (await ourCompetitors(workload, arraysOf(workload)))[0];
  if (!ours) throw new Error(`nothing computes ${workload.name}`);
  for (let warm = 0; warm < 20; warm++) await ours.run();
  spent.clear();
  const times: number[] = [];
  for (let call = 0; call < CALLS; call++) {
    const start = performance.now();
    await ours.run();
    times.push(performance.now() - start);
  }
  const total = times.reduce((sum, time) => sum + time, 0);
  const { median } = quartiles(times);
  const rest = total - [...spent.values()].reduce((sum, { ms }) => sum + ms, 0);
  console.log(`\n${workload.name} ${workload.what}: ${median.toFixed(2)} ms`);
  const rows = [...spent, ["JavaScript", { ms: rest, calls: 0 }] as const].sort(([, a], [, b]) => b.ms - a.ms);
  for (const [name, { ms, calls }] of rows) {
    const share = ms / total;
    const each = calls > 0 ? `in ${calls / CALLS} calls` : "";
    console.log(
      `  ${(100 * share).toFixed(1).padStart(5)} %  ${(share * median).toFixed(2).padStart(6)} ms  ${name} ${each}`,
    );
  }
}

export {};
