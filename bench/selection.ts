// What a benchmark's arguments select: names of workloads and of sections; all of both if there are none, and "transforms", which have no
// workload, only if no workload is named or they are.
import { type Workload, workloads } from "../src/cli/workloads.js";

export interface Selection<Section extends string> {
  workloads: readonly Workload[];
  sections: ReadonlySet<Section>;
}

/** W1 selects W1-f64 too. */
export function select<Section extends string>(
  words: readonly string[],
  sections: readonly Section[],
): Selection<Section> {
  const meant = (word: string) => workloads.filter(({ name }) => name === word || name.startsWith(`${word}-`));
  const isSection = (word: string): word is Section => (sections as readonly string[]).includes(word);
  const unknown = words.filter((word) => !isSection(word) && meant(word).length === 0);
  if (unknown.length > 0)
    throw new Error(
      `arguments must be among ${workloads.map(({ name }) => name).join(", ")}, ${sections.join(", ")}; got ${unknown.join(", ")}`,
    );
  const named = words.filter(isSection);
  const listed = words.flatMap(meant);
  return {
    workloads: listed.length > 0 ? workloads.filter((workload) => listed.includes(workload)) : workloads,
    sections: new Set(
      named.length > 0 ? named : sections.filter((section) => listed.length === 0 || section !== "transforms"),
    ),
  };
}
