// Ratios hold only within one run: a shared machine drifts by a factor of two. So competitors take turns, in rounds of a shuffled
// order; slow ones sit out rounds, evenly spread, so that each gets the same time. The garbage collector runs before every sample and
// outside the clock: nobody pays for another's garbage, and a fresh array finds the pages of the last one (their first touch can take
// longer than a convolution). benchmark.js, which measures the rates of backends (rates.ts), runs its entries one after the other.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Random } from "../test/random.js";
import type { Competitor } from "./competitor.js";

/** What takes turns: a competitor in this process, or one in another (native/child.ts). */
export interface Contestant {
  name: string;
  /** The time of so many calls, ms. */
  time(calls: number): number | Promise<number>;
}

/** Milliseconds a call: median, quartiles, and of how many samples. */
export interface Timing {
  name: string;
  median: number;
  lower: number;
  upper: number;
  samples: number;
}

export interface Budget {
  /** All turns together, about. */
  seconds: number;
  /** Samples of each. */
  least: number;
  most: number;
}

/** Calls are repeated until a sample takes so long, ms. */
const SAMPLE = 2;
const WARM_UP = 3;

export async function interleave(contestants: readonly Contestant[], budget: Budget): Promise<Timing[]> {
  const share = (1000 * budget.seconds) / contestants.length;
  const entries = await Promise.all(
    contestants.map(async (contestant) => ({ contestant, times: [] as number[], calls: 1, turns: 0 })),
  );
  for (const entry of entries) {
    let once = Number.POSITIVE_INFINITY;
    for (let run = 0, spent = 0; run < WARM_UP || (run < 1000 && spent < SAMPLE * WARM_UP); run++) {
      const time = await entry.contestant.time(1);
      spent += time;
      once = Math.min(once, time);
    }
    entry.calls = Math.max(1, Math.round(SAMPLE / once));
    entry.turns = Math.min(budget.most, Math.max(budget.least, Math.floor(share / (entry.calls * once))));
  }
  const random = new Random(2);
  const rounds = Math.max(...entries.map(({ turns }) => turns));
  const due = (turns: number, round: number) =>
    Math.floor((turns * (round + 1)) / rounds) > Math.floor((turns * round) / rounds);
  for (let round = 0; round < rounds; round++)
    for (const { contestant, calls, times } of shuffled(entries, random).filter(({ turns }) => due(turns, round))) {
      collectGarbage();
      times.push((await contestant.time(calls)) / calls);
    }
  return entries.map(({ contestant: { name }, times }) => ({ name, ...quartiles(times) }));
}

export function inProcess({ name, run }: Competitor): Contestant {
  return {
    name,
    time: async (calls) => {
      const start = performance.now();
      for (let call = 0; call < calls; call++) {
        const pending = run();
        if (pending) await pending;
      }
      return performance.now() - start;
    },
  };
}

export function quartiles(times: readonly number[]): Omit<Timing, "name"> {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (q: number) => sorted[Math.round(q * (sorted.length - 1))] as number;
  return { median: at(0.5), lower: at(0.25), upper: at(0.75), samples: sorted.length };
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const shuffle = [...list];
  for (let i = shuffle.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [shuffle[i], shuffle[j]] = [shuffle[j] as T, shuffle[i] as T];
  }
  return shuffle;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
