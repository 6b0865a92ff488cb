// Pages of projects in real browsers, as processes: a page sends back what it has found.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "../../scripts/drivers.mjs";
import { serve } from "../server.js";
import type { Found } from "./expected.js";

export type BrowserName = "Chromium" | "Firefox" | "WebKitGTK";

interface Browser {
  program: string | undefined;
  install: string;
  /** Its arguments, for a page and an empty folder for all that it keeps. */
  open(url: string, profile: string): string[];
}

const firstOf = (...paths: string[]) => paths.find(existsSync);

const browsers: Record<BrowserName, Browser> = {
  Chromium: {
    program: chromium(),
    install: "apt-get install chromium",
    open: (url, profile) => ["--headless", "--no-sandbox", "--no-first-run", `--user-data-dir=${profile}`, url],
  },
  Firefox: {
    program: firstOf("/usr/bin/firefox-esr", "/usr/bin/firefox"),
    install: "apt-get install firefox-esr",
    open: (url, profile) => ["--headless", "--no-remote", "--profile", profile, url],
  },
  WebKitGTK: {
    program: firstOf("/usr/bin/xvfb-run"),
    install: "apt-get install webkit2gtk-driver xvfb xauth",
    open: (url) => ["--auto-servernum", firstOf(...miniBrowsers) ?? "MiniBrowser", "--private", url],
  },
};

const miniBrowsers = ["4.1", "4.0"].map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`);

/** Whether a browser is there; if not it says so, or on CI throws. */
export function isThere(name: BrowserName): boolean {
  const { program, install } = browsers[name];
  if (program !== undefined && (name !== "WebKitGTK" || firstOf(...miniBrowsers))) return true;
  const message = `NOT TESTED: ${name}, which is not installed. To install it: ${install}`;
  if (process.env.CI) throw new Error(message);
  console.error(`\n!!! ${message}\n`);
  return false;
}

const TIMEOUT = 60_000;

/** Opens index.html of a folder in a browser; resolves to what the page posts to /found, and rejects with its error. */
export async function openPage(name: BrowserName, folder: string, headers: Record<string, string>): Promise<Found> {
  let settle: (text: string) => void = () => {};
  const posted = new Promise<string>((resolve) => {
    settle = resolve;
  });
  const { url, close } = await serve(folder, headers, (text) => settle(text));
  const { program, open } = browsers[name];
  const profile = mkdtempSync(join(tmpdir(), "helixconv-profile-"));
  if (name === "Firefox")
    writeFileSync(join(profile, "user.js"), 'user_pref("browser.shell.checkDefaultBrowser", false);');
  // A group of its own, as browsers are several processes.
  const browser = spawn(program as string, open(url, profile), { detached: true, stdio: "ignore" });
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} found nothing within ${TIMEOUT / 1000} s`)), TIMEOUT);
  });
  try {
    const { error, ...found } = JSON.parse(await Promise.race([posted, patience]));
    if (error !== undefined) throw new Error(`in ${name}: ${error}`);
    return found as Found;
  } finally {
    clearTimeout(timer);
    const closed = new Promise((resolve) => browser.once("exit", resolve));
    process.kill(-(browser.pid as number), "SIGKILL");
    await closed;
    close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
