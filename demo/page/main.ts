// The page: a worker that computes, and the parts that show what it gives.
import { BenchmarkPanel } from "./benchmark/index.js";
import { startEngine } from "./compute/engine.js";
import { find, formatMilliseconds } from "./dom.js";
import { HelixPanel } from "./helix/index.js";
import { showMachine } from "./machine.js";
import { Pictures } from "./pictures/index.js";
import { followTheme } from "./theme.js";

/** ?gpu=software: backend "webgpu" may compute on an adapter that is none of hardware, as for tests. */
const softwareGpu = new URLSearchParams(location.search).get("gpu") === "software";

followTheme();
const engine = startEngine();
const pictures = new Pictures(engine, ({ backend }) => {
  find("first-result", HTMLElement).textContent =
    `The first result was here ${formatMilliseconds(performance.now())} after the address was asked for, by ${backend}.`;
});
const helix = new HelixPanel(engine);
const machine = await engine.machine(softwareGpu);
showMachine(machine);
pictures.offer(machine.backends);
new BenchmarkPanel(softwareGpu, machine);
await helix.ready;
