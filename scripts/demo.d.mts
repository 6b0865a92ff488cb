export function buildPage(): Promise<unknown>;
export function servePage(options?: {
  port?: number;
  isolated?: boolean;
}): Promise<{ address: string; close(): Promise<void> }>;
