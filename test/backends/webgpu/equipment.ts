// What the tests of the webgpu backend need beside npm's packages. What is missing is said loudly; on CI it is a failure.
import { existsSync } from "node:fs";
import { chromium, deno, lavapipe, swiftShader } from "../../../scripts/drivers.mjs";
import { createWebGpu, type WebGpu, type WebGpuOptions } from "../../../src/backends/webgpu/index.js";

/** Paths of programs and drivers, or undefined; the environment's driver goes before the one that Chromium brings. */
export const equipment = {
  chromium: chromium(),
  deno: deno(),
  lavapipe: lavapipe(),
  dawnDriver: process.env.VK_DRIVER_FILES ?? swiftShader(),
};

/** Whether something is there; if not it says so, or on CI throws. */
export function isThere(name: keyof typeof equipment, install: string): boolean {
  const path = equipment[name];
  if (path?.split(":").every((part) => existsSync(part))) return true;
  const message = `NOT TESTED: backend "webgpu" with ${name}, which is not installed. To install it: ${install}`;
  if (process.env.CI) throw new Error(message);
  console.error(`\n!!! ${message}\n`);
  return false;
}

/** A backend on Dawn with a software driver. */
export const createSoftwareGpu = (options: WebGpuOptions = {}): WebGpu =>
  createWebGpu({ software: true, timeout: 30_000, ...options });
