// Times at a glance: a line for each workload, a dot for each backend, on a logarithmic scale, so that a distance is a ratio.
import * as Plot from "@observablehq/plot";
import type { Timing } from "../compute/benchmark.js";
import { formatMilliseconds } from "../dom.js";

/** Colours that styles/base.css defines. */
const colourOf = ({ backend }: Timing): string => `var(--${backend})`;

/** As wide as `width`, px. */
export function chartOf(timings: readonly Timing[], names: readonly string[], width: number): Element {
  const measured = names.filter((name) => timings.some(({ workload }) => workload === name));
  const label = (timing: Timing) => `${timing.backend} ${formatMilliseconds(timing.median)}`;
  const spans = measured.map((workload) => {
    const medians = timings.filter((timing) => timing.workload === workload).map(({ median }) => median);
    return { workload, least: Math.min(...medians), greatest: Math.max(...medians) };
  });
  const decades = decadesOf(timings);
  return Plot.plot({
    width,
    height: 40 + 46 * measured.length,
    marginLeft: 44,
    marginRight: 24,
    marginTop: 12,
    style: { background: "none", fontSize: "13px", fontFamily: "inherit" },
    ariaLabel: "Median time of each workload on each backend",
    ariaDescription: timings.map((timing) => `${timing.workload} on ${label(timing)}`).join("; "),
    x: {
      type: "log",
      domain: [decades[0], decades.at(-1)],
      label: null,
      grid: true,
      ticks: decades,
      tickFormat: (ms: number) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`),
    },
    y: { domain: measured, label: null, tickSize: 0 },
    marks: [
      Plot.link(spans, {
        x1: "least",
        x2: "greatest",
        y: "workload",
        stroke: "currentColor",
        strokeOpacity: 0.3,
        strokeWidth: 2,
      }),
      Plot.dot(timings, { x: "median", y: "workload", r: 7, fill: colourOf, stroke: "var(--panel)", strokeWidth: 2 }),
      Plot.text(timings, { x: "median", y: "workload", text: label, dy: -16, fill: colourOf, fontWeight: 600 }),
      Plot.text(
        spans.filter(({ least, greatest }) => greatest > 1.05 * least),
        {
          x: ({ least, greatest }: { least: number; greatest: number }) => Math.sqrt(least * greatest),
          y: "workload",
          text: ({ least, greatest }: { least: number; greatest: number }) => `${formatRatio(greatest / least)}×`,
          dy: 12,
          fillOpacity: 0.7,
        },
      ),
    ],
  });
}

/** The powers of ten, ms, between which all times lie, with room for their labels. */
function decadesOf(timings: readonly Timing[]): number[] {
  const logs = timings.map(({ median }) => Math.log10(median));
  const [first, last] = [Math.floor(Math.min(...logs) - 0.15), Math.ceil(Math.max(...logs) + 0.15)];
  return Array.from({ length: last - first + 1 }, (_, k) => 10 ** (first + k));
}

const formatRatio = (ratio: number): string => (ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0));
