// How results are shown and kept. bench/results/KIND.json holds the last run of each workload, under its name.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { OURS } from "./competitor.js";
import { type Score, scores } from "./goals.js";
import type { Timing } from "./interleave.js";
import type { Rate } from "./rates.js";

/** One workload or transform, all its timings from one run. */
export interface Entry {
  what: string;
  measured: string;
  node: string;
  cpu: string;
  timings: readonly Timing[];
}

/** Which file: backends by benchmark.js, or interleaved with the rivals of npm, or with native ones; or on a GPU. */
export type Kind = "rates" | "gpu" | "npm" | "native";

const fileOf = (kind: Kind): string => `bench/results/${kind}.json`;

export const readResults = (kind: Kind): Record<string, Entry> =>
  existsSync(fileOf(kind)) ? (JSON.parse(readFileSync(fileOf(kind), "utf8")) as Record<string, Entry>) : {};

export function keep(kind: Kind, name: string, what: string, timings: readonly Timing[]): void {
  const entry: Entry = {
    what,
    measured: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model ?? "",
    timings,
  };
  mkdirSync("bench/results", { recursive: true });
  writeFileSync(fileOf(kind), `${JSON.stringify({ ...readResults(kind), [name]: entry }, undefined, 2)}\n`);
}

/** Ratios first: how many times as long as ours each takes. */
export function showTimings(timings: readonly Timing[]): void {
  const base = (timings.find(({ name }) => name === OURS) ?? timings[0])?.median ?? Number.NaN;
  for (const { name, median, lower, upper, samples } of timings.toSorted((a, b) => a.median - b.median))
    console.log(
      `  ${(median / base).toFixed(2).padStart(7)}x  ${name.padEnd(24)} ${ms(median).padStart(9)} ms  quartiles ${ms(lower)} to ${ms(upper)}, ${samples} samples`,
    );
}

export function showRates(rates: readonly Rate[]): void {
  for (const { name, median, lower, upper, predicted } of rates)
    console.log(
      `           ${name.padEnd(24)} ${ms(median).padStart(9)} ms  quartiles ${ms(lower)} to ${ms(upper)}; predicted ${(predicted / median).toFixed(2)} of it`,
    );
}

export function showScores(of: string, timings: readonly Timing[]): void {
  for (const score of scores(of, timings)) console.log(`  goal: ${sentence(score)}`);
}

export function sentence({ ours, rival, ratio, reached }: Score): string {
  return `${ours} within ${ratio.toFixed(2)} of ${rival}: ${reached.toFixed(2)}, ${reached <= ratio ? "reached" : "not yet"}`;
}

/** Three digits. */
export const ms = (time: number): string => (time >= 100 ? time.toFixed(0) : time.toPrecision(3));
