// The page, built and served, in headless Chromium.
import { mkdirSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium as launcher, type Page } from "playwright-core";
import * as assert from "uvu/assert";
import { buildPage, servePage } from "../../scripts/demo.mjs";
import { chromium } from "../../scripts/drivers.mjs";

const PICTURES = "build/demo/page";

/** Whether there is a browser; if not it says so, or on CI throws. */
export function chromiumIsThere(): boolean {
  if (chromium()) return true;
  const message = "NOT TESTED: the page of demo/, for want of Chromium. To install it: apt-get install chromium";
  if (process.env.CI) throw new Error(message);
  console.error(`\n!!! ${message}\n`);
  return false;
}

export interface OpenOptions extends BrowserContextOptions {
  /** Whether the page comes with COOP and COEP; default true. */
  isolated?: boolean;
  /** Behind the address. */
  query?: string;
}

let built: Promise<unknown> | undefined;

/** A browser for one test file, started when the first page is opened. */
export class Visitor {
  private browser: Browser | undefined;
  private readonly servers = new Map<boolean, Awaited<ReturnType<typeof servePage>>>();
  /** What pages have written to the console as warnings and errors, or thrown. */
  readonly problems: string[] = [];

  async open({ isolated = true, query = "", ...options }: OpenOptions = {}): Promise<Page> {
    const { browser, address } = await this.start(isolated);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.problems.push(message.text());
    });
    page.on("pageerror", (error) => this.problems.push(error.message));
    await page.goto(address + query);
    await page.waitForFunction(() => document.getElementById("first-result")?.textContent?.includes("first result"));
    return page;
  }

  /** Ends all, and checks that no page had anything to complain of. */
  async close(): Promise<void> {
    await this.browser?.close();
    for (const server of this.servers.values()) await server.close();
    assert.equal(this.problems, []);
  }

  private async start(isolated: boolean): Promise<{ browser: Browser; address: string }> {
    built ??= buildPage();
    await built;
    const server = this.servers.get(isolated) ?? (await servePage({ port: isolated ? 4180 : 4190, isolated }));
    this.servers.set(isolated, server);
    this.browser ??= await launcher.launch({
      executablePath: chromium() as string,
      args: ["--no-sandbox", "--enable-unsafe-webgpu"],
    });
    return { browser: this.browser, address: server.address };
  }
}

/** Keeps a picture of a part of the page, for people to look at. */
export async function keepPicture(page: Page, selector: string, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  // What sticks to the top would lie across parts that are taller than the window.
  await page.addStyleTag({ content: ".top { position: static !important; }" });
  await page.locator(selector).screenshot({ path: `${PICTURES}/${name}.png`, animations: "disabled" });
}

/** Waits until an element's text matches, and gives it. */
export async function textOf(page: Page, selector: string, pattern: RegExp): Promise<string> {
  const element = page.locator(selector);
  const found = element.filter({ hasText: pattern });
  await found.waitFor();
  return (await found.textContent()) ?? "";
}

/** Chooses, or ticks, what has a value. */
export const choose = (page: Page, value: string): Promise<void> =>
  page.locator(`.choices input[value="${value}"]`).click();

/** Sets a slider by its label within a part of the page. */
export async function slide(page: Page, part: string, label: string, value: number): Promise<void> {
  await page.locator(part).getByLabel(label, { exact: false }).first().fill(String(value));
}
