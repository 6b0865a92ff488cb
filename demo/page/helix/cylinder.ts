// The sheet, flat or wound, with the kernel's taps on the cells that they meet.
import { find, makeSvg } from "../dom.js";
import type { HelixModel } from "./model.js";
import { type Patch, type Point, patchOf } from "./winding.js";

/** Units of the drawing for the side of a cell. */
const CELL = 44;

export class Cylinder {
  private readonly svg = find("cylinder", SVGSVGElement);
  private readonly title = find("cylinder-title", SVGTitleElement);

  /** `position`: of the kernel; may lie between two cells while it moves. */
  draw({ x, taps, pitch, length, size }: HelixModel, position: number, wound: number, showsTaps: boolean): void {
    const P = pitch[1];
    // The middle of the kernel's first row is in front.
    const front = showsTaps ? position - (taps.filter(({ lag }) => lag < P).length - 1) / 2 : (P - 1) / 2;
    const place = (strip: number) => patchOf(strip, P, wound, front);
    const cells = x.map((value, k) => ({ value, row: Math.floor(k / P), patch: place(k) }));
    const met = showsTaps ? taps : [];
    const points = cells.flatMap(({ patch }) => patch.outline);
    const tapElements = met.map(({ lag, weight }) => {
      const wrapped = position < lag;
      return tapElement(place(wrapped ? position - lag + length : position - lag), weight, wrapped);
    });
    cells.sort((a, b) => a.patch.facing - b.patch.facing);
    this.frame(points);
    this.svg.replaceChildren(
      this.title,
      ...cells.map(({ value, row, patch }) => cellElement(patch, value, row)),
      ...tapElements,
    );
    const state = wound === 0 ? "flat" : wound === 1 ? "wound on a helix, one row to a turn" : "winding up";
    this.title.textContent = `${size[0]} rows of ${size[1]} numbers with gaps to ${pitch[0]} rows of ${P}, ${state}`;
  }

  /** Shows all points, in a frame of one shape, centred. */
  private frame(points: readonly Point[]): void {
    const [xs, ys] = [points.map(({ x }) => CELL * x), points.map(({ y }) => CELL * y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const [width, height] = [Math.max(right - left + 20, 300), Math.max(bottom - top + 20, 240)];
    const box = [(left + right - width) / 2, (top + bottom - height) / 2, width, height];
    this.svg.setAttribute("viewBox", box.map((n) => n.toFixed(2)).join(" "));
  }
}

const pathOf = (outline: readonly Point[]): string =>
  `M${outline.map(({ x, y }) => `${(CELL * x).toFixed(1)} ${(CELL * y).toFixed(1)}`).join("L")}Z`;

function cellElement({ outline, centre, facing }: Patch, value: number | undefined, row: number): SVGGElement {
  const classes = ["cell", value === undefined ? "gap" : `row${row % 4}`, facing < 0 ? "behind" : ""].join(" ");
  const group = makeSvg("g", { class: classes }, makeSvg("path", { d: pathOf(outline) }));
  if (facing > 0.3) group.append(textAt(centre, value ?? 0, 16, 5));
  return group;
}

function tapElement({ outline, centre, facing }: Patch, weight: number, wrapped: boolean): SVGGElement {
  const classes = ["tap", wrapped ? "wrapped" : "", facing < 0 ? "behind" : "", weight === 0 ? "zero" : ""].join(" ");
  const group = makeSvg("g", { class: classes }, makeSvg("path", { d: pathOf(outline) }));
  if (facing > 0.3) group.append(textAt({ x: centre.x, y: centre.y - 0.3 }, `×${weight}`, 10, 3));
  return group;
}

const textAt = ({ x, y }: Point, text: string | number, size: number, lower: number): SVGTextElement =>
  makeSvg("text", { x: CELL * x, y: CELL * y + lower, "font-size": size }, String(text));
