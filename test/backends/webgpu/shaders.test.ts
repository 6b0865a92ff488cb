// The shaders by themselves: what they bind is what the backend binds, and no two threads of a workgroup race.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import { bindingNumbers, entries, modules } from "../../../src/backends/webgpu/shaders.js";

const test = suite("shaders");

test("every entry point binds what the backend gives it, under the same numbers, and there is no other", () => {
  const found: string[] = [];
  for (const [name, code] of Object.entries(modules)) {
    const reflected = new WgslReflect(code);
    const numbers = bindingNumbers[name as keyof typeof modules];
    for (const variable of [...reflected.storage, ...reflected.uniforms])
      assert.is(variable.binding, numbers[variable.name], `${name} ${variable.name}`);
    for (const { name: entry, resources } of reflected.entry.compute) {
      found.push(entry);
      const expected: readonly string[] = entries[entry as keyof typeof entries].bindings;
      assert.equal(resources.map((resource) => resource.name).sort(), [...expected].sort(), entry);
    }
  }
  assert.equal(found.sort(), Object.keys(entries).sort());
});

test("no entry point binds more storage buffers than every device has, 8", () => {
  for (const [name, { bindings }] of Object.entries(entries))
    assert.ok(bindings.filter((binding) => binding !== "sides" && binding !== "strip").length <= 8, name);
});

test.run();
