// The results as they lie on the helix, one turn to a row of a table.
import { find, make } from "../dom.js";
import type { HelixModel } from "./model.js";
import { classOf } from "./strip.js";

export class Result {
  private model: HelixModel | undefined;
  private buttons: HTMLButtonElement[] = [];

  /** `onChoose` is told which position was chosen. */
  constructor(private readonly onChoose: (position: number) => void) {}

  /** Results up to `reached` are known. */
  draw(model: HelixModel, position: number, reached: number): void {
    if (model !== this.model) this.build(model);
    this.buttons.forEach((button, k) => {
      const output = model.outputs[k];
      const known = k <= reached;
      const label = output && known ? String(output.value) : "·";
      if (button.textContent !== label) button.textContent = label;
      button.className = output ? `${classOf(output)}${known ? "" : " unknown"}` : "";
      if (k === position) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
  }

  private build(model: HelixModel): void {
    this.model = model;
    const [, P] = model.pitch;
    this.buttons = model.outputs.map((_, k) => {
      // The slider of the position is the keyboard's way.
      const button = make("button", { type: "button", tabindex: "-1", "data-position": String(k) });
      button.addEventListener("click", () => this.onChoose(k));
      return button;
    });
    const turns = Array.from({ length: Math.ceil(model.length / P) }, (_, turn) => {
      const cells = this.buttons.slice(turn * P, (turn + 1) * P).map((button) => make("td", {}, button));
      return make("tr", {}, make("th", { scope: "row" }, String(turn * P)), ...cells);
    });
    const table = make(
      "table",
      { "aria-label": "Results by position, one turn to a row" },
      make("tbody", {}, ...turns),
    );
    find("result", HTMLElement).replaceChildren(table);
  }
}
