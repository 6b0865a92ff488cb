// The helix made visible: a small array winds up, and the kernel slides along it.
import type { Mode } from "helixconv";
import type { Engine } from "../compute/engine.js";
import { find } from "../dom.js";
import { Cylinder } from "./cylinder.js";
import { type Gaps, type HelixModel, modelOf } from "./model.js";
import { Result } from "./result.js";
import { Strip } from "./strip.js";
import { captionOf, numbersOf, type Step, sumOf } from "./words.js";

/** ms for the sheet to wind up, and for the kernel to go on by one cell; and between its moves. */
const WINDING = 1400;
const MOVE = 260;
const REST = 240;

export class HelixPanel {
  /** Fulfilled when there is something to see. */
  readonly ready: Promise<void>;
  private readonly form = find("helix-form", HTMLFormElement);
  private readonly wound = find("wound", HTMLInputElement);
  private readonly position = find("position", HTMLInputElement);
  private readonly play = find("play", HTMLButtonElement);
  private readonly steps = [...document.querySelectorAll<HTMLButtonElement>("[data-step]")];
  private readonly cylinder = new Cylinder();
  private readonly strip = new Strip();
  private readonly result = new Result((position) => this.choose(position));
  private model: HelixModel | undefined;
  private step: Step = "gaps";
  /** Where the kernel is drawn, on its way to its position; and the farthest that it has been. */
  private drawn = 0;
  private reached = 0;
  private playing = false;
  /** Counts what moves; a movement that is not the last one stops. */
  private movement = 0;

  constructor(private readonly engine: Engine) {
    this.form.addEventListener("change", () => this.takeForm());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.wound.addEventListener("input", () => this.stop());
    this.position.addEventListener("input", () => this.choose(this.position.valueAsNumber));
    this.play.addEventListener("click", () => (this.playing ? this.stop() : this.run()));
    for (const button of this.steps) button.addEventListener("click", () => this.takeStep(button.dataset.step as Step));
    this.ready = this.takeForm();
  }

  private async takeForm(): Promise<void> {
    const values = new FormData(this.form);
    const sizeOf = (name: string) => String(values.get(name)).split("×").map(Number);
    const gaps = values.get("gaps") as Gaps;
    const plan = await this.engine.planHelix(sizeOf("signal"), sizeOf("kernel"), values.get("mode") as Mode);
    this.model = modelOf(plan, gaps);
    find("helix-numbers", HTMLElement).textContent = numbersOf(plan, this.model, gaps);
    this.position.max = String(this.model.length - 1);
    this.reached = this.step === "crop" ? this.model.length - 1 : 0;
    this.stop();
    this.goTo(Math.min(this.position.valueAsNumber, this.model.length - 1));
    this.say();
  }

  /** The kernel is put at a position by hand. */
  private choose(position: number): void {
    if (!this.slides) this.enter("slide");
    this.stop();
    this.goTo(position);
  }

  /** Whether the kernel is on show. */
  private get slides(): boolean {
    return this.step === "slide" || this.step === "crop";
  }

  private enter(step: Step): void {
    this.step = step;
    for (const button of this.steps) button.setAttribute("aria-pressed", String(button.dataset.step === step));
    this.say();
  }

  private takeStep(step: Step): void {
    if (!this.model) return;
    this.stop();
    this.enter(step);
    if (step === "slide") {
      this.reached = 0;
      this.goTo(0);
    }
    if (step === "crop") {
      this.reached = this.model.length - 1;
      this.goTo(this.model.length - 1);
    }
    const [from, to] = [this.wound.valueAsNumber, step === "gaps" ? 0 : 1];
    this.move(Math.abs(to - from) * WINDING, (done) => {
      this.wound.valueAsNumber = from + (to - from) * done;
    }).then((arrived) => {
      if (arrived && step === "slide") this.run();
    });
  }

  /** From the beginning if it is at the end. */
  private async run(): Promise<void> {
    const { model } = this;
    if (!model) return;
    if (!this.slides) this.enter("slide");
    this.playing = true;
    this.play.textContent = "Pause";
    if (this.position.valueAsNumber === model.length - 1) this.goTo(0);
    for (;;) {
      const from = this.position.valueAsNumber;
      if (from === model.length - 1) break;
      const arrived = await this.move(MOVE + REST, (done) => {
        const eased = Math.min(1, (done * (MOVE + REST)) / MOVE);
        this.drawn = from + eased * eased * (3 - 2 * eased);
      });
      if (!arrived) return;
      this.goTo(from + 1);
    }
    this.stop();
  }

  private stop(): void {
    this.movement++;
    this.playing = false;
    this.play.textContent = "Play";
    this.draw();
  }

  private goTo(position: number): void {
    this.position.value = String(position);
    this.drawn = position;
    this.reached = Math.max(this.reached, position);
    this.draw();
  }

  /** Draws what `at` sets, from 0 to 1; at once where motion is not wanted. False if something else began to move. */
  private move(milliseconds: number, at: (done: number) => void): Promise<boolean> {
    const movement = ++this.movement;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const start = performance.now();
    return new Promise((resolve) => {
      const frame = (now: number) => {
        if (movement !== this.movement) return resolve(false);
        const done = milliseconds === 0 ? 1 : Math.min(1, Math.max(0, (now - start) / milliseconds));
        if (!still || done === 1) {
          at(done);
          this.draw();
        }
        if (done === 1) resolve(true);
        else requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
  }

  private say(): void {
    if (!this.model) return;
    const gaps = new FormData(this.form).get("gaps") as Gaps;
    find("helix-caption", HTMLElement).textContent = captionOf(this.step, this.model, gaps);
  }

  private draw(): void {
    const { model } = this;
    if (!model) return;
    const wound = this.wound.valueAsNumber;
    const position = this.position.valueAsNumber;
    this.cylinder.draw(model, this.drawn, wound, this.slides);
    this.strip.draw(model, {
      position: this.drawn,
      reached: this.reached,
      slides: this.slides,
      crops: this.step === "crop",
    });
    this.result.draw(model, position, this.reached);
    find("wound-value", HTMLOutputElement).textContent = `${Math.round(100 * wound)} %`;
    find("position-value", HTMLOutputElement).textContent = `${position} of ${model.length - 1}`;
    find("helix-sum", HTMLOutputElement).textContent = sumOf(model, position);
  }
}
