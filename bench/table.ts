// npm run bench:table: the last results as Markdown tables for the README. A rival's cell says how many times as long as helixconv it
// took in the same run; of several ways to use it, the best.

import { workloads } from "../src/cli/workloads.js";
import { OURS } from "./competitor.js";
import type { Timing } from "./interleave.js";
import { transformLengths, transformName } from "./lengths.js";
import { type Entry, type Kind, ms, readResults } from "./report.js";

interface Column {
  title: string;
  kind: Exclude<Kind, "gpu">;
  rival(name: string): boolean;
}

const column = (title: string, kind: Column["kind"], start = title): Column => ({
  title,
  kind,
  rival: (name) => name.startsWith(start),
});

const columns: readonly Column[] = [
  column("pffft, tight helix", "npm"),
  { title: "pffft, otherwise", kind: "npm", rival: (name) => /^pffft, (slabs|overlap-save)/.test(name) },
  column("fft.js", "npm"),
  column("onnxruntime-web", "npm"),
  column("opencv.js", "npm"),
  column("SciPy", "native"),
  column("FFTW, tight helix", "native"),
  column("torch", "native"),
];

const transformColumns: readonly Column[] = [column("pffft", "npm"), column("fft.js", "npm"), column("FFTW", "native")];

const results = { rates: readResults("rates"), npm: readResults("npm"), native: readResults("native") };

const medianOf = (timings: readonly Timing[], wanted: (name: string) => boolean): number =>
  Math.min(...timings.filter(({ name }) => wanted(name)).map(({ median }) => median));

const own = ({ timings }: Entry): number => medianOf(timings, (name) => name === OURS);

function cell(key: string, { kind, rival }: Column): string {
  const entry = results[kind][key];
  const ratio = entry ? medianOf(entry.timings, rival) / own(entry) : Number.POSITIVE_INFINITY;
  return Number.isFinite(ratio) ? `${ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0)}x` : "";
}

function table(heading: string, rows: readonly { title: string; key: string }[], wanted: readonly Column[]): void {
  const measured = rows.flatMap(({ title, key }) => {
    const entry = results.npm[key] ?? results.native[key];
    return entry ? [[title, ms(own(entry)), ...wanted.map((column) => cell(key, column))]] : [];
  });
  const head = [heading, "helixconv, ms", ...wanted.map(({ title }) => title)];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  console.log([line(head), line(head.map((_, c) => (c === 0 ? "---" : "--:"))), ...measured.map(line), ""].join("\n"));
}

table(
  "`same`, one thread",
  workloads.map((workload) => ({
    title: `${workload.name} (${workload.signal}) \\* (${workload.kernel})${workload.precision === "f64" ? ", float64" : ""}`,
    key: workload.name,
  })),
  columns,
);
table(
  "real transforms, there and back",
  (["f32", "f64"] as const).flatMap((precision) =>
    transformLengths.map((length) => ({
      title: `2^${Math.log2(length)}${precision === "f64" ? ", float64" : ""}`,
      key: transformName(length, precision),
    })),
  ),
  transformColumns,
);
