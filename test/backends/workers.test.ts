import { suite } from "uvu";
import * as assert from "uvu/assert";
import { containerCores } from "../../src/backends/platform/workers.js";

const test = suite("workers");
const files = (texts: Record<string, string>) => (path: string) => texts[path];

test("a container's share of the cores is read from control groups of both versions", () => {
  const [v2, quota, period] = ["cpu.max", "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"].map(
    (name) => `/sys/fs/cgroup/${name}`,
  ) as [string, string, string];
  assert.is(containerCores(files({ [v2]: "250000 100000\n" })), 2.5);
  assert.is(containerCores(files({ [quota]: "50000\n", [period]: "100000\n" })), 0.5);
});

test("without a limit it is all of them", () => {
  assert.is(containerCores(files({ "/sys/fs/cgroup/cpu.max": "max 100000\n" })), Infinity);
  assert.is(
    containerCores(
      files({ "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n" }),
    ),
    Infinity,
  );
  assert.is(containerCores(files({})), Infinity);
});

test.run();
