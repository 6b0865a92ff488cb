// What the helix panel says of what is on show.
import type { HelixAxis, HelixPlan } from "../compute/helix.js";
import { type Gaps, type HelixModel, isWrong } from "./model.js";

export type Step = "gaps" | "wind" | "slide" | "crop";

export function captionOf(step: Step, model: HelixModel, gaps: Gaps): string {
  const { size, pitch, length, taps, outputs } = model;
  switch (step) {
    case "gaps":
      return `The array has ${size[0]} rows of ${size[1]}. With gaps of zeros it has ${pitch[0]} rows of ${pitch[1]}: a pitch of ${pitch[1]}. The gaps will catch what the kernel pushes over the end of a row.`;
    case "wind":
      return `Joined end to end, the rows are one strip, and wind up: the next cell to the right is 1 further along it, and the cell below is one turn further, ${pitch[1]} cells, always.`;
    case "slide":
      return `So the kernel is wound as well: a comb of taps at the lags ${taps.map(({ lag }) => lag).join(", ")}, that never changes. Slide it along, multiply and add at each position: the 2-D convolution is a 1-D one.`;
    case "crop": {
      const wrong = outputs.filter(isWrong).length;
      const wanted = outputs.filter((output) => output.wanted).length;
      const verdict =
        wrong === 0
          ? `None of it lands on the ${wanted} cells that are wanted, and all ${wanted} are right; the others are cropped.`
          : `It lands on ${wrong} of the ${wanted} cells that are wanted, and they are wrong. ${remedy[gaps]}`;
      return `The strip is a ring of ${length} cells: what is pushed over its end comes round to its beginning. ${verdict}`;
    }
    default:
      return step satisfies never;
  }
}

const remedy: Record<Gaps, string> = {
  short: "One more cell is enough.",
  none: "Without gaps, the end of a row meets the start of the next.",
  enough: "",
  textbook: "",
};

/** The sum at a position, in numbers. */
export function sumOf({ outputs, pitch, length }: HelixModel, position: number): string {
  const output = outputs[position];
  if (!output) return "";
  const place = `Position ${position} is turn ${Math.floor(position / pitch[1])}, cell ${position % pitch[1]}`;
  const { terms, value, wanted } = output;
  const sum = terms
    .map(({ x, weight, wrapped }, k) => {
      const sign = k === 0 ? (weight < 0 ? "−" : "") : weight < 0 ? " − " : " + ";
      return `${sign}${Math.abs(weight)}·${x}${wrapped ? "↺" : ""}`;
    })
    .join("");
  const round = terms.some(({ wrapped }) => wrapped) ? ` (↺ came round, ${length} cells)` : "";
  const fate = !wanted
    ? "Cropped."
    : wanted.exact === value
      ? `Wanted: row ${wanted.row}, column ${wanted.column} of the result.`
      : `Wanted, but wrong: the definition gives ${wanted.exact}.`;
  return `${place}: ${sum || "0"} = ${value}${round}. ${fate}`;
}

/** The pitches and the length, and how they come about. */
export function numbersOf({ axes, length }: HelixPlan, model: HelixModel, gaps: Gaps): string {
  const textbook = axes.reduce((product, { m, n }) => product * (m + n - 1), 1);
  const pitch = ({ m, n, lo, hi, pitch }: HelixAxis) => `1 + max(${hi}, ${m + n - 2} − ${lo}) = ${pitch}`;
  const planned = `Enough are pitches of 1 + max(hi, p − 1 − lo), here ${axes.map(pitch).join(" and ")}: ${length} cells. The textbook takes ${textbook}.`;
  return gaps === "enough" ? planned : `${planned} Here there are ${model.length}.`;
}
