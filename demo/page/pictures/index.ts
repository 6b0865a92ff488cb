// The pictures' controls: source, kernel, backend and edges go to the worker; the answer, its time and its backend come back.
import type { BackendName, BackendReport, BoundaryName } from "helixconv";
import type { Engine } from "../compute/engine.js";
import type { Filtered, SourceName } from "../compute/pictures.js";
import { chosen, find, formatCount, formatMilliseconds, formatShape, make, slider } from "../dom.js";
import { KernelGrid } from "./kernelGrid.js";
import { deepPresets, flatPresets, type Kernel, type Look, type Preset, scaled } from "./kernels.js";
import { SliceControls } from "./sliceControls.js";
import { light, window } from "./tone.js";
import { type Picture, type Tone, Viewer } from "./viewer.js";

const DRAWN = "Drawn by hand";

export class Pictures {
  private readonly form = find("picture-form", HTMLFormElement);
  private readonly viewer = new Viewer();
  private readonly slices = new SliceControls(() => this.repaint());
  private readonly grid = new KernelGrid((cells) => this.draw(cells));
  private readonly sources = new Map<SourceName, Promise<Picture>>();
  private source: SourceName = "photograph";
  private presets: readonly Preset[] = flatPresets;
  private preset: Preset | undefined = flatPresets[0];
  private kernel: Kernel = { data: new Float32Array(1), shape: [1, 1, 1, 1] };
  /** The slice of the kernel that is shown. */
  private slice = { t: 0, z: 0 };
  private look: Look = "light";
  private before: Picture | undefined;
  private after: Picture | undefined;
  private hasShown = false;
  /** How many results are on their way. */
  private awaited = 0;

  /** `onFirst` is told when the first result is on show. */
  constructor(
    private readonly engine: Engine,
    private readonly onFirst: (filtered: Filtered) => void,
  ) {
    this.form.addEventListener("submit", (event) => event.preventDefault());
    for (const input of this.form.querySelectorAll('input[name="source"]'))
      input.addEventListener("change", () => this.takeSource());
    for (const id of ["picture-backend", "picture-boundary"])
      find(id, HTMLSelectElement).addEventListener("change", () => this.filter());
    find("kernel-clear", HTMLButtonElement).addEventListener("click", () => this.clear());
    this.takeSource();
  }

  /** Backends that are not there cannot be chosen. */
  offer(backends: readonly BackendReport[]): void {
    for (const { name, available } of backends) {
      const option = this.form.querySelector<HTMLOptionElement>(`#picture-backend option[value="${name}"]`);
      if (option) option.disabled = !available;
    }
  }

  private get deep(): boolean {
    return this.source === "mri";
  }

  private takeSource(): void {
    this.source = chosen(this.form, "source") as SourceName;
    this.presets = this.deep ? deepPresets : flatPresets;
    const names = [...this.presets.map(({ name }) => name), DRAWN];
    const buttons = names.map((name) => {
      const input = make("input", { type: "radio", name: "preset", value: name });
      input.addEventListener("change", () => this.takePreset(name));
      return make("label", {}, input, " ", make("span", {}, name));
    });
    const presets = find("presets", HTMLFieldSetElement);
    presets.replaceChildren(...presets.querySelectorAll("legend"), ...buttons);
    this.before = undefined;
    this.takePreset(names[0] as string);
  }

  private takePreset(name: string): void {
    this.preset = this.presets.find((preset) => preset.name === name);
    for (const input of this.form.querySelectorAll<HTMLInputElement>('input[name="preset"]'))
      input.checked = input.value === name;
    find("preset-what", HTMLElement).textContent = this.preset?.what ?? "Start from what is there, or clear it.";
    const values = this.preset?.parameters.map(({ value }) => value) ?? [];
    const sliders = this.preset?.parameters.map((parameter, k) => {
      const show = (value: number) => `${value} ${parameter.unit}`.trim();
      return slider(parameter.label, parameter, show, (value) => {
        values[k] = value;
        this.build(values);
      });
    });
    find("parameters", HTMLElement).replaceChildren(...(sliders ?? []));
    if (this.preset) this.build(values);
  }

  private build(values: readonly number[]): void {
    if (!this.preset) return;
    this.look = this.preset.look;
    this.take(this.preset.make(values, this.deep));
  }

  private take(kernel: Kernel): void {
    const before = this.kernel.shape.join();
    this.kernel = kernel;
    const [t = 1, z = 1] = kernel.shape;
    if (before !== kernel.shape.join()) {
      this.slice = { t: t >> 1, z: z >> 1 };
      const sliceSlider = (axis: "t" | "z", count: number) =>
        slider(
          `Slice ${axis}`,
          { min: 0, max: count - 1, step: 1, value: this.slice[axis] },
          (value) => `${value + 1} of ${count}`,
          (value) => {
            this.slice[axis] = value;
            this.showKernel();
          },
        );
      find("kernel-slices", HTMLElement).replaceChildren(
        ...(t > 1 ? [sliceSlider("t", t)] : []),
        ...(z > 1 ? [sliceSlider("z", z)] : []),
      );
    }
    this.showKernel();
    this.filter();
  }

  /** Where the slice that is shown begins. */
  private get sliceOffset(): number {
    const [, z = 1, y = 1, x = 1] = this.kernel.shape;
    return (this.slice.t * z + this.slice.z) * y * x;
  }

  private showKernel(): void {
    const [, , rows = 1, columns = 1] = this.kernel.shape;
    const values = this.kernel.data.subarray(this.sliceOffset, this.sliceOffset + rows * columns);
    this.grid.show({ values, rows, columns });
    const size = this.kernel.shape.slice(this.deep ? 0 : 2);
    find("kernel-caption", HTMLElement).textContent =
      `${this.preset?.name ?? DRAWN}, ${formatShape(size)}: ${formatCount(this.kernel.data.length)} taps`;
  }

  private draw(cells: readonly number[]): void {
    const data = this.kernel.data.slice();
    const most = data.reduce((m, w) => Math.max(m, Math.abs(w)), 0) || 1;
    for (const cell of cells) data[this.sliceOffset + cell] = Number(chosen(this.form, "brush")) * most;
    this.takeDrawn({ data, shape: this.kernel.shape });
  }

  /** Nothing, on a grid as large as the one that is shown, but at least 9 by 9. */
  private clear(): void {
    const [, , y = 1, x = 1] = this.kernel.shape;
    const shape = [1, 1, Math.max(9, y), Math.max(9, x)];
    this.takeDrawn({ data: new Float32Array(shape.reduce((n, m) => n * m)), shape });
  }

  private takeDrawn(drawn: Kernel): void {
    if (this.preset) this.takePreset(DRAWN);
    const { kernel, look } = scaled(drawn);
    this.look = look;
    this.take(kernel);
  }

  private async filter(): Promise<void> {
    const { source, kernel, look } = this;
    const backend = find("picture-backend", HTMLSelectElement).value as BackendName | "auto";
    const boundary = find("picture-boundary", HTMLSelectElement).value as BoundaryName;
    this.await(1);
    try {
      const filtering = this.engine.filter({ source, kernel, backend, boundary });
      this.before ??= await this.signal(source);
      const filtered = await filtering;
      if (!filtered || source !== this.source) return;
      this.after = { data: filtered.data, shape: this.before.shape };
      this.repaint(look);
      report(filtered);
      if (!this.hasShown) this.showFirst(filtered);
    } catch (error) {
      find("picture-time", HTMLOutputElement).textContent = "–";
      find("picture-how", HTMLElement).textContent = error instanceof Error ? error.message : String(error);
    } finally {
      this.await(-1);
    }
  }

  private await(more: number): void {
    this.awaited += more;
    find("views", HTMLElement).setAttribute("aria-busy", String(this.awaited > 0));
  }

  /** The first call compiles, and starts threads; a second one shows what a call takes. */
  private showFirst(filtered: Filtered): void {
    this.hasShown = true;
    this.onFirst(filtered);
    this.filter();
  }

  private async signal(source: SourceName): Promise<Picture> {
    const signal = this.sources.get(source) ?? this.engine.signal(source);
    this.sources.set(source, signal);
    return signal;
  }

  private repaint(look: Look = this.look): void {
    const { before, after } = this;
    if (!before || !after) return;
    const plane = this.slices.planeOf(before.shape, this.deep);
    const tone = toneOf(before, "light", this.deep);
    const what = this.deep ? "A slice of the MRI" : "The scene";
    this.viewer.show(
      { ...before, tone },
      { ...after, tone: look === "light" ? tone : toneOf(after, look, this.deep) },
      plane,
      `${what}, on the left as it is, on the right filtered by ${this.preset?.name ?? DRAWN}`,
    );
  }
}

/** Light as a camera or a scanner shows it; signed numbers around a middle grey. */
function toneOf({ data }: Picture, look: Look, deep: boolean): Tone {
  if (look === "signed") {
    const most = quantileOfMagnitudes(data, 0.995);
    return window(-most, most);
  }
  return deep ? window(0, quantileOfMagnitudes(data, 0.999)) : light;
}

/** Of every 37th number. */
function quantileOfMagnitudes(data: Float32Array, q: number): number {
  const some = Float32Array.from({ length: Math.ceil(data.length / 37) }, (_, k) => Math.abs(data[37 * k] as number));
  return some.sort()[Math.floor(q * (some.length - 1))] || 1;
}

function report({ milliseconds, backend, method, threads, signal, kernel, helix, textbook, reason }: Filtered): void {
  const on = threads > 1 ? `${threads} threads` : "one thread";
  find("picture-time", HTMLOutputElement).textContent = formatMilliseconds(milliseconds);
  find("picture-how", HTMLElement).textContent =
    `${backend}, ${method}, ${on}: ${formatShape(signal)} ∗ ${formatShape(kernel)}`;
  find("picture-reason", HTMLElement).textContent =
    `The ${reason}. Its helix has ${formatCount(helix)} numbers; by the textbook, with every axis padded in full, it would have ${formatCount(textbook)}.`;
}
