import { suite } from "uvu";
import * as assert from "uvu/assert";
import { benchTable, type Timing } from "../../src/cli/bench.js";
import { workloads } from "../../src/cli/workloads.js";

const test = suite("bench table");

test("each timing has a line with its median, its prediction and a bar as long as it is slow; what is missing is said", () => {
  const list = workloads.filter(({ name }) => name === "W1" || name === "W2");
  const timing: Timing = { workload: "W1", backend: "wasm", method: "fft", threads: 1, seconds: 0.01, predicted: 0.02 };
  const slow: Timing = { ...timing, backend: "js", seconds: 1, predicted: 1 };
  const text = benchTable(list, [timing, slow]);
  const line = (backend: string) => text.split("\n").find((row) => row.startsWith(`W1        ${backend}`)) ?? "";
  assert.match(line("wasm"), /fft +1 +10 ms +2\.00 of it +█$/);
  assert.match(line("js"), /1 s +1\.00 of it +█{17}$/);
  assert.match(text, /W1: .*\(25,25,41,51\) \* \(10,10,10,10\), f32/);
  assert.match(text, /left out: .*more than 5 s, so all of W2; float64 on a GPU/);
});

test.run();
