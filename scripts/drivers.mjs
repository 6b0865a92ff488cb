// Where Debian, and what is like it, keeps software drivers and browsers: GPUs for tests on machines without one.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const firstOf = (paths) => paths.find(existsSync);

/** Chromium; its Vulkan driver, SwiftShader, which Dawn runs on too. */
export const chromium = () => firstOf(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]);
export const swiftShader = () =>
  firstOf(
    ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"].map(
      (folder) => `${folder}/vk_swiftshader_icd.json`,
    ),
  );

/** Mesa's Vulkan driver, lavapipe, which wgpu in Deno runs on. */
export const lavapipe = () =>
  firstOf(
    ["lvp_icd.x86_64.json", "lvp_icd.aarch64.json", "lvp_icd.json"].map((file) => `/usr/share/vulkan/icd.d/${file}`),
  );

/** The program of the npm package deno, for Node to run. */
export function deno() {
  try {
    return createRequire(import.meta.url).resolve("deno/bin.cjs");
  } catch {
    return undefined;
  }
}
