// npm run bench:evaluate -- [count, default 300] [seconds]: how much the dispatcher's choice loses against the best measured plan, over the random problems of
// seeds 1 to count; what "always one FFT" and "always direct sums" lose beside it; and python3 bench/native/choose_conv.py, what SciPy's
// choose_conv_method loses on those that it covers. The same measurements judge the default rates and this machine's own, with threads and without.
//
// It takes about an hour. What is measured goes to bench/results/evaluation.jsonl, problem by problem, and is not measured again: with a number of seconds it stops after
// them, and goes on when it is called again. Delete the file to start anew, which other code needs.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { calibrate } from "../../src/api/calibrate.js";
import { defaultRates, type Rating, ratesOf } from "../../src/dispatch/calibration.js";
import { type Case, lossOf, lossOfAlways, summary } from "./judge.js";
import { measure, type TimedPlan } from "./measure.js";
import { randomProblem, titleOf } from "./problems.js";

const FILE = "bench/results/evaluation.jsonl";
/** Where the choice loses more, all is measured again. */
const DOUBTFUL = 1.2;
/** Problems that are run first, and not counted: code is compiled. */
const WARM_UP = [9001, 9002, 9003, 9004, 9005, 9006];

const [count = 300, seconds = Number.POSITIVE_INFINITY] = process.argv.slice(2).map(Number);
const known = existsSync(FILE)
  ? readFileSync(FILE, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Case)
  : [];
const cases = [...known.filter(({ seed }) => seed <= count), ...(await measureMissing())].toSorted(
  (a, b) => a.seed - b.seed,
);
const machine = ratesOf(await calibrate());
report();

async function measureMissing(): Promise<Case[]> {
  mkdirSync("bench/results", { recursive: true });
  const end = performance.now() + 1000 * seconds;
  const have = new Set(known.map(({ seed }) => seed));
  const missing = Array.from({ length: count }, (_, k) => k + 1).filter((seed) => !have.has(seed));
  if (missing.length > 0) for (const seed of WARM_UP) await measure(randomProblem(seed), seed);
  const found: Case[] = [];
  for (const seed of missing) {
    if (performance.now() > end) break;
    const problem = randomProblem(seed);
    const timed = await measure(problem, seed);
    const isDoubtful = Math.max(...lossesOf(problem, timed)) > DOUBTFUL;
    const measured: Case = { seed, problem, timed, ...(isDoubtful && { again: await measure(problem, seed) }) };
    appendFileSync(FILE, `${JSON.stringify(measured)}\n`);
    found.push(measured);
  }
  return found;
}

function isSingle({ problem: { batch, cin, cout } }: Case): boolean {
  return batch * cin * cout === 1;
}

/** By the default rates, on one thread and on all. */
function lossesOf(problem: Case["problem"], timed: TimedPlan[]): number[] {
  return [1, undefined].map((threads) => lossOf(problem, timed, defaultRates, threads));
}

function report(): void {
  for (const { seed, problem, timed, again } of cases) {
    if (!again) continue;
    const show = (of: TimedPlan[]) => lossesOf(problem, of).map((loss) => loss.toFixed(2));
    const best = again.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    console.log(
      `${seed}: ${titleOf(problem)}: loses ${show(timed).join(" and ")} with threads, again ${show(again).join(" and ")}; best is ${best.label}`,
    );
  }
  console.log(`\n${cases.length} of ${count} random problems: the choice against the best measured (geometric mean)`);
  const line = (title: string, list: readonly Case[], loss: (found: Case) => number) =>
    console.log(summary(title, list.map(loss)));
  const last = ({ timed, again }: Case) => again ?? timed;
  const both = (title: string, rating: Rating) => {
    line(`${title}, one thread`, cases, (found) => lossOf(found.problem, last(found), rating, 1));
    line(`${title}, all threads`, cases, (found) => lossOf(found.problem, last(found), rating));
  };
  both("default rates", defaultRates);
  line("  all threads, nothing measured twice", cases, ({ problem, timed }) => lossOf(problem, timed, defaultRates));
  line("  one thread, one signal and one kernel (see SciPy)", cases.filter(isSingle), (found) =>
    lossOf(found.problem, last(found), defaultRates, 1),
  );
  both("this machine's rates", machine);
  line("always one FFT, one thread", cases, (found) => lossOfAlways(found, "spectral"));
  line("always direct sums, one thread", cases, (found) => lossOfAlways(found, "strip"));
  const dropped = cases.flatMap(({ timed }) => timed.filter(({ isSpotCheck }) => isSpotCheck)).length;
  console.log(`${dropped} plans that were predicted to be too slow were run all the same, and count`);
}
