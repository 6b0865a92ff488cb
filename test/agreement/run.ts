// npm run agreement [problems]: the full count of random problems, and what came of them.
import { agree, type Tally } from "./convolutions.js";
import { tightness } from "./helix.js";
import { accuracyAtLargeSizes } from "./large.js";
import { agreeOnLayers } from "./layers.js";
import { agreeWithThreads } from "./threads.js";

const problems = Number(process.argv[2] ?? 20000);
const start = performance.now();
const tally = await agree(1, problems);
report("problems", tally);
const layers = await agreeOnLayers(1, Math.ceil(problems / 10));
report("layers and their gradients", layers);
const threads = await agreeWithThreads(1, Math.ceil(problems / 200));
console.log(
  `${threads.problems} random problems with several tasks, 1, 2 and 3 threads, ${threads.helped} tasks done by helping threads, ${threads.failures.length} failures`,
);
for (const [kind, { count, several }] of threads.plans)
  console.log(`  ${kind.padEnd(16)} ${String(count).padStart(6)} plans, ${several} of them with several tasks`);
const tight = tightness(1, Math.ceil(problems / 10));
console.log(
  `${tight.problems} random helices: circular sum of length N right in ${tight.rightAtLength}, negacyclic in ${tight.rightNegacyclic}, of length N - 1 wrong in ${tight.wrongBelow}`,
);
const large = await accuracyAtLargeSizes();
for (const { label, error, bound } of large) console.log(`  ${label}: error ${error.toExponential(1)}, bound ${bound}`);
console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
const tooLarge = large
  .filter(({ error, bound }) => !(error <= bound))
  .map(({ label }) => `error over the bound: ${label}`);
const idle = threads.helped > 0 ? [] : ["no thread helped"];
const failures = [...tally.failures, ...layers.failures, ...threads.failures, ...idle, ...tight.failures, ...tooLarge];
for (const failure of failures.slice(0, 20)) console.error(failure);
process.exitCode = failures.length > 0 ? 1 : 0;

function report(what: string, { problems, checks, failures }: Tally): void {
  console.log(`${problems} random ${what} of rank 1 to 6, ${failures.length} failures`);
  for (const [label, { count, worst }] of [...checks].sort())
    console.log(
      `  ${label.padEnd(26)} ${String(count).padStart(6)} results, largest error ${worst.toFixed(2)} of its bound`,
    );
}
