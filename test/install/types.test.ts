// The packed package's types, as TypeScript projects see them that trust nothing: every declaration file is checked.
import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import { createProject, removeProjects, tool } from "./project.js";

const test = suite("installed, in TypeScript projects");
test.after(removeProjects);

const program = `
import { type BackendReport, ConvNd, convolve, HelixError, type NdArray, prepare } from "helixconv";
import { decodeNpy } from "helixconv/npy";
import { device, type GpuArray } from "helixconv/webgpu";

export async function blur(bytes: Uint8Array): Promise<NdArray> {
  const kernel: NdArray = { data: new Float32Array(9).fill(1 / 9), shape: [3, 3] };
  const prepared = await prepare("convolve", { signal: { shape: [64, 64], dtype: "float32" } }, kernel, { mode: "same" });
  return prepared.run(decodeNpy(bytes));
}
export const layer = new ConvNd({ inChannels: 1, outChannels: 2, kernelShape: [3, 3, 3, 3], padding: "same" });
export const isShape = (error: unknown): boolean => error instanceof HelixError && error.code === "shape";
export const names = (reports: BackendReport[]): string[] => reports.map(({ name }) => name);
export const onGpu = async (x: GpuArray): Promise<unknown> => [await device(), x.shape];
// @ts-expect-error a mode that is none
convolve({ data: [1], shape: [1] }, { data: [1], shape: [1] }, { mode: "some" });
`;

const resolutions = {
  bundler: { module: "esnext", moduleResolution: "bundler" },
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
};

/** The names of the platform, AbortSignal and URL, come from either; neither has GPU names in the versions that people have. */
const platforms = {
  "the DOM's types": { lib: ["es2023", "dom"], types: [] },
  "Node's types": { lib: ["es2023"], types: ["node"], typeRoots: [tool("@types")] },
};

for (const [name, resolution] of Object.entries(resolutions))
  for (const [platform, given] of Object.entries(platforms))
    test(`moduleResolution ${name}, with ${platform}`, () => {
      const checks = { target: "es2022", strict: true, noEmit: true, skipLibCheck: false };
      const compilerOptions = { ...resolution, ...given, ...checks };
      const files = { "main.ts": program, "tsconfig.json": JSON.stringify({ compilerOptions, include: ["main.ts"] }) };
      const project = createProject(`types-${name}-${given.lib.length}`, files);
      try {
        execFileSync(process.execPath, [tool("typescript/bin/tsc"), "-p", project], { encoding: "utf8" });
      } catch (error) {
        throw new Error((error as { stdout: string }).stdout);
      }
    });

test.run();
