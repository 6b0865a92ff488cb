// The benchmark's controls, its progress and its results. It runs in a worker of its own, which starts with it.
import { proxy } from "comlink";
import type { BackendReport } from "helixconv";
import type { Task, Timing } from "../compute/benchmark.js";
import { type Engine, startEngine } from "../compute/engine.js";
import type { Machine } from "../compute/worker.js";
import { find, formatMilliseconds, formatShape, make } from "../dom.js";
import { showPlan } from "./plan.js";
import { shown } from "./workloads.js";

export class BenchmarkPanel {
  private readonly form = find("benchmark-form", HTMLFormElement);
  private readonly start = find("start", HTMLButtonElement);
  private readonly cancel = find("cancel", HTMLButtonElement);
  private readonly progress = find("progress", HTMLProgressElement);
  private readonly status = find("benchmark-status", HTMLElement);
  private engine: Engine | undefined;
  private timings: Timing[] = [];

  constructor(
    private readonly softwareGpu: boolean,
    private readonly machine: Machine,
  ) {
    const workloads = shown.map(({ name, what, signal, kernel }) =>
      checkbox(
        "workload",
        name,
        true,
        make("strong", {}, name),
        ` ${what}: `,
        make("code", {}, `${formatShape(signal)} ∗ ${formatShape(kernel)}`),
      ),
    );
    find("workloads", HTMLFieldSetElement).append(...workloads);
    find("contestants", HTMLFieldSetElement).append(...machine.backends.map(contestant));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
    this.cancel.addEventListener("click", () => this.engine?.cancelBenchmark());
    find("copy", HTMLButtonElement).addEventListener("click", () => this.copy());
    new ResizeObserver(() => this.drawChart()).observe(find("chart", HTMLElement));
  }

  private async run(): Promise<void> {
    const chosen = new FormData(this.form);
    const backends = chosen.getAll("contestant") as Task["backend"][];
    const tasks = chosen
      .getAll("workload")
      .flatMap((workload) => backends.map((backend): Task => ({ workload: String(workload), backend })));
    if (tasks.length === 0) {
      this.status.textContent = "Choose a workload and a backend.";
      return;
    }
    this.timings = [];
    this.show();
    this.busy(true);
    let done = 0;
    const onProgress = ({ workload, backend }: Task, fraction: number) => {
      this.progress.value = (done + fraction) / tasks.length;
      this.say(`${workload} on ${backend}, ${done + 1} of ${tasks.length}`);
    };
    const onTiming = (timing: Timing) => {
      done++;
      this.progress.value = done / tasks.length;
      this.timings.push(timing);
      this.show();
    };
    try {
      const engine = await this.engineOf();
      const whole = await engine.benchmark(tasks, proxy(onProgress), proxy(onTiming));
      this.say(whole ? `Done: ${done} timings.` : `Cancelled after ${done} of ${tasks.length} timings.`);
    } catch (error) {
      this.say(`It failed: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.busy(false);
    }
  }

  private async engineOf(): Promise<Engine> {
    if (this.engine) return this.engine;
    const engine = startEngine();
    await engine.machine(this.softwareGpu);
    this.engine = engine;
    return engine;
  }

  private busy(runs: boolean): void {
    this.start.disabled = runs;
    this.cancel.disabled = !runs;
    if (runs) this.progress.value = 0;
  }

  /** Each text once, so that a screen reader does not say it again. */
  private say(text: string): void {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  private show(): void {
    find("results", HTMLElement).hidden = this.timings.length === 0;
    find("plan", HTMLElement).hidden = true;
    find("timings", HTMLTableElement).tBodies[0]?.replaceChildren(...this.timings.map(rowOf));
    this.drawChart();
  }

  private async drawChart(): Promise<void> {
    const figure = find("chart", HTMLElement);
    if (this.timings.length === 0 || figure.clientWidth === 0) return;
    const { chartOf } = await import("./chart.js");
    const names = shown.map(({ name }) => name);
    const { paddingLeft, paddingRight } = getComputedStyle(figure);
    const width = figure.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
    figure.replaceChildren(
      chartOf(this.timings, names, width),
      make(
        "figcaption",
        { class: "note" },
        "The median time of a call: further to the left is faster, and from one grid line to the next it is tenfold.",
      ),
    );
  }

  private async copy(): Promise<void> {
    const { userAgent, hardwareConcurrency } = navigator;
    const report = {
      date: new Date().toISOString(),
      userAgent,
      hardwareConcurrency,
      crossOriginIsolated,
      backends: this.machine.backends,
      timings: this.timings,
    };
    const copied = find("copied", HTMLElement);
    try {
      await navigator.clipboard.writeText(JSON.stringify(report, undefined, 2));
      copied.textContent = "Copied.";
    } catch (error) {
      copied.textContent = `This browser did not let the page copy: ${error instanceof Error ? error.message : error}`;
    }
  }
}

function contestant({ name, available, detail }: BackendReport): HTMLLabelElement {
  const label = checkbox(
    "contestant",
    name,
    available,
    make("strong", {}, name),
    ` ${available ? detail : `not available: ${detail}`}`,
  );
  const input = label.querySelector("input");
  if (input) input.disabled = !available;
  return label;
}

function checkbox(name: string, value: string, checked: boolean, ...words: (Node | string)[]): HTMLLabelElement {
  const input = make("input", { type: "checkbox", name, value });
  input.checked = checked;
  return make("label", {}, input, " ", make("span", {}, ...words));
}

function rowOf(timing: Timing): HTMLTableRowElement {
  const { workload, backend, method, threads, median, quartiles, predicted, runs, error } = timing;
  const button = make(
    "button",
    { type: "button", "aria-label": `Explain the plan of ${workload} on ${backend}` },
    "Explain",
  );
  button.addEventListener("click", () => showPlan(timing));
  const texts = [
    method,
    String(threads),
    formatMilliseconds(median),
    runs > 1 ? quartiles.map((ms) => ms.toPrecision(3)).join(" to ") : "one run",
    formatMilliseconds(predicted),
    String(runs),
    error.toExponential(1),
  ];
  return make(
    "tr",
    { "data-workload": workload, "data-backend": backend },
    make("th", { scope: "row" }, workload),
    make("td", {}, make("span", { class: `dot ${backend}`, "aria-hidden": "true" }), ` ${backend}`),
    ...texts.map((text) => make("td", {}, text)),
    make("td", {}, button),
  );
}
