export function chromium(): string | undefined;
export function swiftShader(): string | undefined;
export function lavapipe(): string | undefined;
export function deno(): string | undefined;
