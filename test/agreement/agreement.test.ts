import { suite } from "uvu";
import * as assert from "uvu/assert";
import { agree } from "./convolutions.js";
import { tightness } from "./helix.js";

const test = suite("agreement");

test("random convolutions and correlations agree with the oracle on every backend by every method", async () => {
  const { problems, checks, failures } = await agree(1_000_000, 2500);
  assert.equal(failures, []);
  assert.is(problems, 2500);
  assert.is(checks.size, 12);
});

test("a circular sum of the planned length is right in both rings, and one shorter is wrong", () => {
  const { problems, rightAtLength, rightNegacyclic, wrongBelow, failures } = tightness(1_000_000, 300);
  assert.equal(failures, []);
  assert.equal([rightAtLength, rightNegacyclic, wrongBelow], [problems, problems, problems]);
});

test.run();
