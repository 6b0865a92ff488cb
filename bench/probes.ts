// npm run bench:probes: the seconds that the dispatcher's probes (src/dispatch/probes.ts) take on this machine, in fresh code and in warm, beside
// what the default rates predict.
import { createJs } from "../src/backends/js/index.js";
import { createWasm } from "../src/backends/wasm/index.js";
import { defaultRates, predict } from "../src/dispatch/calibration.js";
import { probesOf, timeProbe } from "../src/dispatch/probes.js";

const ROUNDS = 9;

for (const [name, backend] of [
  ["simd", createWasm({ build: "simd" })],
  ["fma", createWasm()],
  ["scalar", createWasm({ build: "scalar" })],
  ["js", createJs()],
] as const)
  for (const precision of ["f32", "f64"] as const) {
    console.log(`\n${name} ${precision}: ${backend.describe().detail}`);
    const probes = probesOf(backend, precision).map((prepare) => ({ probe: prepare(), times: [] as number[] }));
    const start = performance.now();
    for (const { probe, times } of probes) times.push(timeProbe(probe));
    const once = performance.now() - start;
    for (let round = 1; round < ROUNDS; round++) for (const { probe, times } of probes) times.push(timeProbe(probe));
    for (const { probe, times } of probes) {
      const least = Math.min(...times);
      const predicted = predict(probe.plan, defaultRates(backend.describe(), probe.plan));
      console.log(
        `  ${probe.name.padEnd(14)} ${least.toExponential(3)} s, first ${((times[0] as number) / least).toFixed(2)} of it, predicted ${(predicted / least).toFixed(2)} of it`,
      );
      probe.dispose();
    }
    console.log(`  all once: ${once.toFixed(0)} ms`);
  }
