// A picture before and after, and a probe that reads the numbers of both at one place.
import { find } from "../dom.js";
import { type Plane, type PlaneLayout, planeOf } from "./slice.js";

/** A grey, 0 to 255, for a value. */
export type Tone = (value: number) => number;

/** An array of one colour, (t, z, y, x), or of three, (colour, y, x), and how it is shown. */
export interface Shown extends Picture {
  tone: Tone;
}

export interface Picture {
  data: Float32Array;
  shape: readonly number[];
}

export class Viewer {
  private readonly frame = find("view", HTMLElement);
  private readonly canvases = [find("before", HTMLCanvasElement), find("after", HTMLCanvasElement)] as const;
  private readonly divide = find("divide", HTMLInputElement);
  private readonly probe = find("probe", HTMLOutputElement);
  private shown: Shown[] = [];
  private colours: PlaneLayout[] = [];
  private place = { row: 0, column: 0 };
  private probed = false;

  constructor() {
    const { frame } = this;
    frame.tabIndex = 0;
    frame.role = "application";
    frame.ariaRoleDescription = "picture";
    frame.addEventListener("pointerdown", (event) => frame.setPointerCapture(event.pointerId));
    frame.addEventListener("pointermove", (event) => this.pointer(event));
    frame.addEventListener("keydown", (event) => this.key(event));
    this.divide.addEventListener("input", () => this.divideAt(this.divide.valueAsNumber));
    this.divideAt(this.divide.valueAsNumber);
  }

  /** Shows a plane of four dimensions, or if it is undefined all of a picture in three colours; `name` is for those who do not see it. */
  show(before: Shown, after: Shown, plane: Plane | undefined, name: string): void {
    const planes = plane ? [plane] : [0, 1, 2].map((colour) => ({ down: 1, across: 2, at: [colour, 0, 0] }));
    this.colours = planes.map((each) => planeOf(before.shape, each));
    this.shown = [before, after];
    const [{ rows, columns } = { rows: 0, columns: 0 }] = this.colours;
    if (this.place.row >= rows || this.place.column >= columns || !this.probed)
      this.place = { row: rows >> 1, column: columns >> 1 };
    this.shown.forEach((shown, k) => {
      this.paint(this.canvases[k] as HTMLCanvasElement, shown);
    });
    this.frame.setAttribute("aria-label", name);
    this.read();
  }

  private paint(canvas: HTMLCanvasElement, { data, tone }: Shown): void {
    const context = canvas.getContext("2d");
    const [first] = this.colours;
    if (!context || !first) return;
    const { rows, columns } = first;
    if (canvas.height !== rows || canvas.width !== columns) Object.assign(canvas, { height: rows, width: columns });
    const image = context.createImageData(columns, rows);
    for (let c = 0; c < 3; c++) {
      const { offset, rowStride, columnStride } = this.colours[c] ?? first;
      for (let row = 0, pixel = c; row < rows; row++)
        for (let column = 0; column < columns; column++, pixel += 4)
          image.data[pixel] = tone(data[offset + row * rowStride + column * columnStride] as number);
    }
    for (let pixel = 3; pixel < image.data.length; pixel += 4) image.data[pixel] = 255;
    context.putImageData(image, 0, 0);
  }

  private pointer(event: PointerEvent): void {
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    const [x, y] = [(event.clientX - left) / width, (event.clientY - top) / height];
    if (event.buttons & 1) this.divideAt(Math.max(0, Math.min(100, Math.round(100 * x))));
    const [, { width: columns, height: rows }] = this.canvases;
    this.point(Math.floor(y * rows), Math.floor(x * columns));
  }

  /** `percent` of the width show what is before. */
  private divideAt(percent: number): void {
    this.divide.value = String(percent);
    this.frame.style.setProperty("--divide", `${percent}%`);
    find("divide-value", HTMLOutputElement).textContent = `${percent} %`;
  }

  private key(event: KeyboardEvent): void {
    const step = event.shiftKey ? 10 : 1;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [0, -step],
      ArrowRight: [0, step],
      ArrowUp: [-step, 0],
      ArrowDown: [step, 0],
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    this.point(this.place.row + move[0], this.place.column + move[1]);
  }

  private point(row: number, column: number): void {
    const [{ rows, columns } = { rows: 1, columns: 1 }] = this.colours;
    this.place = { row: clamp(row, rows), column: clamp(column, columns) };
    this.probed = true;
    this.read();
  }

  private read(): void {
    const { row, column } = this.place;
    const [, { width, height }] = this.canvases;
    this.frame.classList.toggle("probed", this.probed);
    this.frame.style.setProperty("--x", `${(100 * (column + 0.5)) / width}%`);
    this.frame.style.setProperty("--y", `${(100 * (row + 0.5)) / height}%`);
    const values = this.shown.map(({ data }) =>
      this.colours.map(
        ({ offset, rowStride, columnStride }) => data[offset + row * rowStride + column * columnStride] as number,
      ),
    );
    const [before = [], after = []] = values.map((list) => list.map((value) => value.toPrecision(5)));
    this.probe.textContent = `row ${row}, column ${column}: ${before.join(" ")} → ${after.join(" ")}`;
  }
}

const clamp = (index: number, size: number): number => Math.max(0, Math.min(size - 1, index));
