// The page's side of the workers that compute: one for what is on show, and one for the benchmark, so that neither waits for the other.
import { type Remote, wrap } from "comlink";
import type { Compute } from "./worker.js";

export type Engine = Remote<Compute>;

export function startEngine(): Engine {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return wrap<Compute>(worker);
}
