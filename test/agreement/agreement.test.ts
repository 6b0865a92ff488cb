import { suite } from "uvu";
import * as assert from "uvu/assert";
import { agree } from "./convolutions.js";
import { tightness } from "./helix.js";
import { agreeOnLayers } from "./layers.js";
import { agreeWithThreads } from "./threads.js";

const test = suite("agreement");

test("random convolutions and correlations agree with the oracle on every backend by every method", async () => {
  const { problems, checks, failures } = await agree(1_000_000, 2500);
  assert.equal(failures, []);
  assert.is(problems, 2500);
  assert.is(checks.size, 16);
  for (const [label, { count }] of checks) assert.ok(count > 100, `only ${count} results of ${label}`);
});

test("random layers of every option, their transposes and gradients agree with the oracle on every backend", async () => {
  const { problems, checks, failures } = await agreeOnLayers(1_000_000, 150);
  assert.equal(failures, []);
  assert.is(problems, 150);
  for (const operation of ["conv", "gradInput", "gradWeight", "transpose"])
    for (const way of ["js direct", "js fft", "wasm auto", "wasm direct", "wasm fft"])
      for (const precision of ["f32", "f64"])
        assert.ok(checks.get(`${way} ${precision} ${operation}`)?.count, `no ${operation} by ${way} ${precision}`);
});

test("random problems with several tasks are right, and the same bits with 1, 2 and 3 threads, by every plan", async () => {
  const { plans, helped, failures } = await agreeWithThreads(1_000_000, 12);
  assert.equal(failures, []);
  for (const kind of ["one helix", "slabs", "blocks", "strip"])
    assert.ok(plans.get(kind)?.several, `no plan with several tasks: ${kind}`);
  assert.ok(helped > 1000, `threads did ${helped} tasks`);
});

test("a circular sum of the planned length is right in both rings, and one shorter is wrong", () => {
  const { problems, rightAtLength, rightNegacyclic, wrongBelow, failures } = tightness(1_000_000, 300);
  assert.equal(failures, []);
  assert.equal([rightAtLength, rightNegacyclic, wrongBelow], [problems, problems, problems]);
});

test.run();
