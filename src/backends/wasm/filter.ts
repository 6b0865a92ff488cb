// Filters on strips (plan/filter.ts) in WebAssembly: groups of strips are tasks, which threads share.
import type { FloatArray, View } from "../../ndarray.js";
import type { FilterPlan } from "../../plan/filter.js";
import type { Crew } from "./crew.js";
import { reachOf, writeApplied, writeDivided } from "./filterTables.js";
import { type Call, type Local, local, type Task } from "./tasks.js";

/** Reals of a group of strips, about; a longer strip is a group of its own. */
const GROUP = 2 ** 15;

/** y ← the filter of each strip of x, both without gaps; returns the largest part of a number in y, NaN if one is, and 0 for kind "apply". */
export function filterStrips(crew: Crew, plan: FilterPlan, x: View, y: View<FloatArray>): number {
  const { instance } = crew;
  const { strips, length, kind } = plan;
  const parts = plan.field === "complex" ? 2 : 1;
  const { real, exports } = instance;
  const reals = parts * length;
  const perTask = Math.max(1, Math.min(strips, Math.floor(GROUP / reals)));
  const groups = Math.ceil(strips / perTask);
  const margin = roundUp(reachOf(plan) * real, 64);
  const strip = roundUp(reals, exports.TILE.value) * real;
  const inPlace = perTask === 1;
  const placeBytes = margin + roundUp(Math.max(strip, perTask * reals * real), 64);
  const places = Math.min(groups, crew.window);
  const base = instance.allocate(places * placeBytes);
  const own: Local = crew.allocateLocal(margin + (kind === "apply" ? 2 : 1) * strip);
  const peaks = instance.allocate(8 * strips);
  const filter = callsOf(crew, plan, { reals, margin, strip, inPlace, peaks });
  const tasks: Task[] = [];
  for (let group = 0; group < groups; group++) {
    const from = group * perTask;
    const count = Math.min(perTask, strips - from);
    const place = base + (group % places) * placeBytes;
    tasks.push([
      ["load", x.offset + from * length, count * length, place + margin],
      ...filter(place, count, from),
      ["save", y.offset + from * length, count * length, place + margin],
    ]);
  }
  const output = { view: y, batch: [y.offset], group: [0], channel: [0], stride: [] };
  for (const _ of crew.run({ before: [], phases: [tasks], after: [], local: own }, { input: x, output, parts }));
  if (kind === "apply") return 0;
  return instance.doubles(peaks, strips).reduce((peak, value) => Math.max(peak, value), 0);
}

/** Where things lie: reals of a strip, bytes of the zeros before it and of the strip in whole tiles. */
interface Layout {
  reals: number;
  margin: number;
  strip: number;
  /** Whether a strip is filtered where it lies, or else in the thread's own place. */
  inPlace: boolean;
  peaks: number;
}

/** Writes the filter's tables; returns the calls that filter `count` strips, `from` being the first one's number. */
function callsOf(
  { instance }: Crew,
  plan: FilterPlan,
  { reals, margin, strip, inPlace, peaks }: Layout,
): (place: number, count: number, from: number) => Call[] {
  const adjoint = plan.adjoint ? 1 : 0;
  const work = (place: number) => (inPlace ? place + margin : local(margin));
  const clear = (place: number): Call => ["clear", inPlace ? place : local(0), margin];
  if (plan.kind === "apply") {
    const { first, end } = writeApplied(instance, plan);
    const y = local(margin + strip);
    return (place, count) => [
      clear(place),
      ["applyStrips", place + margin, count, reals, work(place), y, first, end, adjoint],
    ];
  }
  const { taps, columns, block } = writeDivided(instance, plan);
  return (place, count, from) => [
    clear(place),
    [
      "divideStrips",
      place + margin,
      count,
      reals,
      work(place),
      taps.first,
      taps.end,
      columns.first,
      columns.end,
      block,
      adjoint,
      peaks + 8 * from,
    ],
  ];
}

const roundUp = (n: number, unit: number): number => Math.ceil(n / unit) * unit;
