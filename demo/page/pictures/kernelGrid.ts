// One slice of a kernel as a grid of cells: shown in colours, drawn into by pointer or keyboard (the ARIA grid pattern: one cell has the
// focus, arrow keys move it).
import { find, make } from "../dom.js";

export interface Slice {
  values: ArrayLike<number>;
  rows: number;
  columns: number;
}

export class KernelGrid {
  private readonly grid = find("kernel-grid", HTMLTableElement);
  private cells: HTMLElement[] = [];
  private columns = 0;
  private focused = 0;

  /** `onDraw` is told of the cells that are drawn into. */
  constructor(private readonly onDraw: (cells: number[]) => void) {
    this.grid.role = "grid";
    this.grid.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.pointer([event]);
    });
    this.grid.addEventListener("pointermove", (event) => {
      // Every place that a fast pointer passed since the last frame.
      if (event.buttons & 1) this.pointer(event.getCoalescedEvents());
    });
    this.grid.addEventListener("keydown", (event) => this.key(event));
  }

  show({ values, rows, columns }: Slice): void {
    if (this.cells.length !== rows * columns || this.columns !== columns) this.build(rows, columns);
    const most = Math.max(...Array.from(values, Math.abs), Number.MIN_VALUE);
    this.cells.forEach((cell, i) => {
      const value = values[i] as number;
      cell.style.setProperty("--weight", `${(100 * Math.sqrt(Math.abs(value) / most)).toFixed(0)}%`);
      cell.classList.toggle("negative", value < 0);
      cell.dataset.value = String(value);
      const [row, column] = [Math.floor(i / columns), i % columns];
      cell.setAttribute("aria-label", `row ${row + 1}, column ${column + 1}: ${value.toPrecision(3)}`);
    });
  }

  private build(rows: number, columns: number): void {
    const hadFocus = this.grid.contains(document.activeElement);
    this.cells = Array.from({ length: rows * columns }, () => make("td", { tabindex: "-1" }));
    this.columns = columns;
    this.grid.style.setProperty("--columns", String(columns));
    const rowOf = (row: number) => make("tr", {}, ...this.cells.slice(row * columns, (row + 1) * columns));
    this.grid.replaceChildren(make("tbody", {}, ...Array.from({ length: rows }, (_, row) => rowOf(row))));
    this.focused = Math.floor(this.cells.length / 2);
    const cell = this.cells[this.focused];
    cell?.setAttribute("tabindex", "0");
    if (hadFocus) cell?.focus();
  }

  private pointer(events: PointerEvent[]): void {
    const under = events.map(({ clientX, clientY }) => document.elementFromPoint(clientX, clientY));
    const cells = under.map((cell) => this.cells.indexOf(cell as HTMLElement)).filter((index) => index >= 0);
    const last = cells.at(-1);
    if (last === undefined) return;
    this.focus(last);
    this.onDraw(cells);
  }

  private key(event: KeyboardEvent): void {
    const column = this.focused % this.columns;
    const moves: Record<string, number> = {
      ArrowLeft: column > 0 ? -1 : 0,
      ArrowRight: column < this.columns - 1 ? 1 : 0,
      ArrowUp: -this.columns,
      ArrowDown: this.columns,
      Home: -column,
      End: this.columns - 1 - column,
    };
    const move = moves[event.key];
    if (move !== undefined) this.focus(this.focused + move);
    else if (event.key === " " || event.key === "Enter") this.onDraw([this.focused]);
    else return;
    event.preventDefault();
  }

  private focus(index: number): void {
    const cell = this.cells[index];
    if (!cell) return;
    this.cells[this.focused]?.setAttribute("tabindex", "-1");
    this.focused = index;
    cell.setAttribute("tabindex", "0");
    cell.focus({ preventScroll: true });
  }
}
