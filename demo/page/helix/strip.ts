// The strip unrolled: the kernel's taps above the cells that they meet, the results under them, and lines from the taps to the result.
import { find, makeSvg } from "../dom.js";
import { type HelixModel, isWrong, type Output } from "./model.js";

const CELL = 40;
const TAPS = 26;
const CELLS = 50;
const RESULTS = 150;
const HEIGHT = 216;

export interface Scene {
  /** Of the kernel, which is on show if it `slides`; it may lie between two cells. */
  position: number;
  slides: boolean;
  /** Results up to this position are shown; if it `crops`, the wanted ones stand out. */
  reached: number;
  crops: boolean;
}

export class Strip {
  private readonly svg = find("strip", SVGSVGElement);
  private readonly title = find("strip-title", SVGTitleElement);

  draw(model: HelixModel, { position, reached, slides, crops }: Scene): void {
    const { x, taps, pitch, length, outputs } = model;
    const cells = x.map((value, k) =>
      box(k, CELLS, value ?? 0, `cell ${value === undefined ? "gap" : rowClass(k, pitch[1])}`),
    );
    const at = Math.round(position);
    const ticks = Array.from({ length: Math.ceil(length / pitch[1]) }, (_, turn) => {
      const k = turn * pitch[1];
      return makeSvg("text", { x: CELL * (k + 0.5), y: HEIGHT - 6, class: "tick", "font-size": 11 }, String(k));
    });
    const results = outputs.map((output, k) =>
      box(
        k,
        RESULTS,
        slides && k <= reached ? output.value : "",
        `out ${k <= reached && crops ? classOf(output) : ""} ${slides && k === at ? "now" : ""}`,
      ),
    );
    const combs = (slides ? taps : []).map(({ lag, weight }) => comb(position, lag, weight, length));
    const cell = `${length * CELL}`;
    this.svg.setAttribute("viewBox", `-2 0 ${length * CELL + 4} ${HEIGHT}`);
    this.svg.style.setProperty("--cells", String(length));
    this.svg.setAttribute("width", cell);
    this.svg.replaceChildren(this.title, ...cells, ...results, ...combs, ...ticks);
    this.follow(position / length);
    this.title.textContent = `A strip of ${length} cells${slides ? `; the kernel is at position ${at}` : ""}`;
  }

  /** Where there is no room for the whole strip, the kernel stays in the middle of what is seen. */
  private follow(fraction: number): void {
    const scroller = this.svg.parentElement;
    if (scroller) scroller.scrollLeft = fraction * scroller.scrollWidth - scroller.clientWidth / 2;
  }
}

const rowClass = (k: number, P: number): string => `row${Math.floor(k / P) % 4}`;

export const classOf = (output: Output): string =>
  output.wanted === undefined ? "cropped" : isWrong(output) ? "wrong" : "wanted";

function box(k: number, top: number, value: number | string, classes: string): SVGGElement {
  return makeSvg(
    "g",
    { class: classes },
    makeSvg("rect", { x: CELL * k + 1, y: top, width: CELL - 2, height: CELL - 2, rx: 4 }),
    makeSvg("text", { x: CELL * (k + 0.5), y: top + 24, "font-size": 14 }, String(value)),
  );
}

/** A tap, with the line along which its product goes. */
function comb(position: number, lag: number, weight: number, length: number): SVGGElement {
  const wrapped = position < lag;
  const k = wrapped ? position - lag + length : position - lag;
  const [x, y] = [CELL * (k + 0.5), CELLS + CELL];
  const to = CELL * (position + 0.5);
  const line = `M${x} ${y} C${x} ${y + 34} ${to} ${RESULTS - 34} ${to} ${RESULTS}`;
  return makeSvg(
    "g",
    { class: `tap ${wrapped ? "wrapped" : ""} ${weight === 0 ? "zero" : ""}` },
    makeSvg("path", { d: line, class: "term" }),
    makeSvg("circle", { cx: x, cy: TAPS, r: 14 }),
    makeSvg("text", { x, y: TAPS + 4.5, "font-size": 13 }, `${weight}`),
  );
}
