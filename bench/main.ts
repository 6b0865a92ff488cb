// npm run bench [W1 … rates gpu rivals transforms]: helixconv by backend and method (rates), on the GPU in parts (gpu), and beside its rivals of npm (rivals), on the
// workloads, and its plain transforms beside theirs (transforms). Prints ratios; keeps everything in bench/results/.
import type { FloatArray } from "helixconv";
import { mustAgree } from "./check.js";
import { arraysOf, type Competitor } from "./competitor.js";
import { adapterLabel, measureGpu } from "./gpu.js";
import { ourCompetitors, threadedCompetitors } from "./helixconv.js";
import { type Contestant, inProcess, interleave } from "./interleave.js";
import { transformLengths, transformName } from "./lengths.js";
import { measureRates } from "./rates.js";
import { keep, showRates, showScores, showTimings } from "./report.js";
import { rivalCompetitors } from "./rivals/index.js";
import { missingRivals } from "./rivals/load.js";
import { select } from "./selection.js";
import { transformContestants } from "./transforms.js";

const { workloads, sections } = select(process.argv.slice(2), ["rates", "gpu", "rivals", "transforms"]);

const adapter = sections.has("gpu") ? await adapterLabel() : undefined;
const missing = missingRivals();
if (missing.length > 0)
  console.error(
    `\n!!! NOT MEASURED against ${missing.join(", ")}: not installed.\n!!! To install the rivals: npm --prefix bench ci\n`,
  );

for (const workload of sections.has("rates") || sections.has("gpu") || sections.has("rivals") ? workloads : []) {
  const { name, what, signal, kernel, precision } = workload;
  console.log(`\n${name} ${what}: (${signal}) * (${kernel}), ${precision}`);
  if (sections.has("rates") && !workload.layer) {
    const rates = await measureRates(workload, arraysOf(workload));
    console.log("  by backend and method");
    showRates(rates);
    keep("rates", name, what, rates);
  }
  if (adapter && precision === "f32" && !workload.layer) {
    const timings = await measureGpu(workload, arraysOf(workload));
    console.log(`  on ${adapter}, the kernel prepared`);
    showTimings(timings);
    keep("gpu", name, `${what}; ${adapter}`, timings);
  }
  if (sections.has("rivals")) {
    const arrays = arraysOf(workload);
    const competitors = [
      ...(await ourCompetitors(workload, arrays)),
      ...(await threadedCompetitors(workload, arrays)),
      ...(await rivalCompetitors(workload, arrays)),
    ];
    await check(competitors, precision);
    console.log("  in turns");
    await time(name, what, competitors.map(inProcess), 10);
  }
}

for (const precision of ["f32", "f64"] as const)
  for (const length of sections.has("transforms") ? transformLengths : []) {
    const name = transformName(length, precision);
    console.log(`\n${name} real numbers, transformed there and back, ${precision}`);
    await time(name, "a transform there and back", await transformContestants(length, precision), 1);
  }

console.log("\nkept in bench/results/");

async function check(competitors: readonly Competitor[], precision: "f32" | "f64"): Promise<void> {
  let first: FloatArray | undefined;
  for (const { name, run, result } of competitors) {
    await run();
    first ??= result().slice();
    mustAgree(name, result(), first, precision);
  }
}

async function time(name: string, what: string, contestants: readonly Contestant[], seconds: number): Promise<void> {
  const timings = await interleave(contestants, { seconds, least: 5, most: 100 });
  showTimings(timings);
  showScores(name, timings);
  keep("npm", name, what, timings);
}
