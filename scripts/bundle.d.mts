export function bundleLibrary(): Promise<unknown>;
export function bundlePrograms(entryPoints: readonly string[], outdir: string): Promise<unknown>;
export function bundlePages(entryPoints: readonly string[], outdir: string): Promise<unknown>;
export function bundleSuites(files: readonly string[], outdir: string): Promise<string[]>;
