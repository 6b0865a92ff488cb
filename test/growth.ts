// How a time grows as a problem doubles: time(2N) / time(N), from the minimum of interleaved repeats, since noise only adds. N log N is
// a little over 2, N^1.5 is 2.8 and N^2 is 4.

/** The largest growth that passes for N or N log N. */
export const LIMIT = 2.4;

const REPEATS = 15;
/** A measurement takes at least so long, ms. */
const LEAST = 0.2;
/** Before that, every run is called for so long, ms: code is compiled. */
const WARM_UP = 20;
/** What is faster, ms, runs once more before every measurement, and finds the caches as if it had been alone. */
const CACHED = 20;
/**
 * Pairs that seem to grow too fast are measured again, so often at most, with pauses of so many ms: where others fill the memory's
 * channels, large sizes suffer first, until it passes.
 */
const AGAIN = 5 * REPEATS;
const PAUSE = 200;

/** time(runs[k + 1]) / time(runs[k]) for every k, measured `again` at most so many times where it is over the limit. */
export async function growths(runs: readonly (() => void)[], again = AGAIN): Promise<number[]> {
  const entries = runs.map((run) => new Entry(run));
  for (let repeat = 0; repeat < REPEATS; repeat++) for (const entry of entries) entry.measure();
  const pairs = entries.slice(1).map((larger, k) => new Pair(entries[k] as Entry, larger));
  const tooFast = () => pairs.filter(({ growth }) => growth > LIMIT);
  for (let repeat = 0; repeat < again && tooFast().length > 0; repeat++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    for (const { smaller, larger } of tooFast()) {
      smaller.measure();
      larger.measure();
    }
  }
  return pairs.map(({ growth }) => growth);
}

class Pair {
  constructor(
    readonly smaller: Entry,
    readonly larger: Entry,
  ) {}

  get growth(): number {
    return this.larger.least / this.smaller.least;
  }
}

class Entry {
  /** The least time of a call, ms. */
  least = Number.POSITIVE_INFINITY;
  /** Calls in a measurement. */
  private readonly calls: number;

  constructor(private readonly run: () => void) {
    let fastest = Number.POSITIVE_INFINITY;
    for (let spent = 0; spent < WARM_UP; ) {
      const time = this.time(1);
      fastest = Math.min(fastest, time);
      spent += time;
    }
    this.calls = Math.ceil(LEAST / fastest);
  }

  measure(): void {
    if (this.least < CACHED) this.run();
    this.least = Math.min(this.least, this.time(this.calls) / this.calls);
  }

  private time(calls: number): number {
    const start = processorTime();
    for (let call = 0; call < calls; call++) this.run();
    return processorTime() - start;
  }
}

/** ms that this process has computed. On a busy machine the clock also counts what others do between, the more the longer a call takes. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
