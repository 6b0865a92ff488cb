// What this machine has to compute with, and why it lacks what it lacks.
import type { BackendReport } from "helixconv";
import type { Machine } from "./compute/worker.js";
import { find, make } from "./dom.js";

interface Card {
  name: string;
  has: boolean;
  what: string;
}

export function showMachine({ backends, simd, relaxedSimd }: Machine): void {
  const wasm = backends.find(({ name }) => name === "wasm");
  const cards: Card[] = [
    ...backends.map(backendCard),
    threadsCard(wasm?.threads ?? 1),
    { name: "SIMD", has: simd, what: simd ? "vector instructions, 128 bits" : "this engine's WebAssembly has none" },
    {
      name: "Relaxed SIMD",
      has: relaxedSimd,
      what: relaxedSimd ? "fused multiply-adds" : "no fused multiply-adds in this engine's WebAssembly",
    },
  ];
  find("machine-cards", HTMLUListElement).replaceChildren(...cards.map(cardElement));
  const fastest = backends.find(({ available }) => available);
  find("machine-status", HTMLElement).textContent =
    `The first choice here is ${fastest?.name}; each call takes the backend that is predicted to be fastest for it.`;
  find("machine-engine", HTMLElement).textContent =
    `${navigator.hardwareConcurrency} threads at once; ${navigator.userAgent}`;
}

const backendCard = ({ name, available, detail }: BackendReport): Card => ({ name, has: available, what: detail });

function threadsCard(threads: number): Card {
  if (threads > 1) return { name: "Threads", has: true, what: `${threads}, with shared memory` };
  const what = crossOriginIsolated
    ? "off: this machine runs one thread at a time"
    : "off: this page was served without the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
  return { name: "Threads", has: false, what };
}

function cardElement({ name, has, what }: Card): HTMLLIElement {
  const mark = make("span", { class: "mark", "aria-hidden": "true" }, has ? "✓" : "–");
  const state = make("span", { class: "hidden" }, has ? "available: " : "not available: ");
  return make(
    "li",
    { class: has ? "card has" : "card", "data-name": name },
    make("h3", {}, mark, ` ${name}`),
    make("p", {}, state, what),
  );
}
