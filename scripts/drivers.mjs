// Where Debian, and what is like it, keeps software drivers and browsers: GPUs for tests on machines without one.
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

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

/** The program in the npm package deno, which has a package for each platform. */
export function deno() {
  try {
    const platforms = resolve(createRequire(import.meta.url).resolve("deno/package.json"), "../../@deno");
    return firstOf(readdirSync(platforms).map((platform) => `${platforms}/${platform}/deno`));
  } catch {
    return undefined;
  }
}
