// Which plane of a picture of four dimensions is shown.
import { find, slider } from "../dom.js";
import type { Plane } from "./slice.js";

const AXES = ["t", "z", "y", "x"];

export class SliceControls {
  private readonly select = find("plane", HTMLSelectElement);
  private readonly sliders = find("slice-sliders", HTMLElement);
  private readonly container = find("slices", HTMLElement);
  private at: number[] = [];

  constructor(private readonly onChange: () => void) {
    this.select.addEventListener("change", () => {
      this.sliders.replaceChildren();
      onChange();
    });
  }

  /** The plane of an array of this shape, in its middle at first; undefined for what is flat. */
  planeOf(shape: readonly number[], deep: boolean): Plane | undefined {
    this.container.hidden = !deep;
    if (!deep) return undefined;
    if (this.at.length !== shape.length) this.at = shape.map((n) => n >> 1);
    const [down = 2, across = 3] = this.select.value.split(",").map(Number);
    if (!this.sliders.hasChildNodes())
      this.sliders.append(
        ...shape.flatMap((n, axis) => (axis === down || axis === across ? [] : [this.sliderOf(axis, n)])),
      );
    return { down, across, at: this.at };
  }

  private sliderOf(axis: number, count: number): HTMLLabelElement {
    const range = { min: 0, max: count - 1, step: 1, value: this.at[axis] as number };
    return slider(
      AXES[axis] as string,
      range,
      (value) => `${value + 1} of ${count}`,
      (value) => {
        this.at[axis] = value;
        this.onChange();
      },
    );
  }
}
