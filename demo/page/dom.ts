// The page's elements: found by their id, made, and named for people.

/** The element of an id; its class must be the expected one. */
export function find<T extends Element>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

type Children = (Node | string)[];

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: Children
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function makeSvg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string | number> = {},
  ...children: Children
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** The value of the radio button that is chosen among those of a name. */
export function chosen(container: ParentNode, name: string): string {
  const input = container.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`);
  if (!input) throw new Error(`nothing is chosen for ${name}`);
  return input.value;
}

/** A slider, its name and its value; `show` says the value as people read it. */
export function slider(
  label: string,
  { min, max, step, value }: { min: number; max: number; step: number; value: number },
  show: (value: number) => string,
  onInput: (value: number) => void,
): HTMLLabelElement {
  const attributes = { type: "range", min: `${min}`, max: `${max}`, step: `${step}` };
  const input = make("input", attributes);
  input.value = String(value);
  const output = make("output", {}, show(value));
  input.addEventListener("input", () => {
    output.textContent = show(input.valueAsNumber);
    onInput(input.valueAsNumber);
  });
  return make("label", {}, `${label} `, input, " ", output);
}

export const formatCount = (n: number): string => n.toLocaleString("en");

export const formatMilliseconds = (ms: number): string =>
  ms < 1000 ? `${ms.toPrecision(3)} ms` : `${(ms / 1000).toPrecision(3)} s`;

export const formatShape = (shape: readonly number[]): string => `(${shape.join(", ")})`;
