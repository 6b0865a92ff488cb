// node scripts/pagePicture.mjs: docs/page.webp, the picture of the page in the README, by headless Chromium. Needs npm run build.
import { writeFileSync } from "node:fs";
import { chromium as launcher } from "playwright-core";
import { buildPage, servePage } from "./demo.mjs";
import { chromium } from "./drivers.mjs";

const [WIDTH, HEIGHT] = [1240, 1090];

await buildPage();
const { address, close } = await servePage();
const browser = await launcher.launch({ executablePath: chromium(), args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT }, reducedMotion: "reduce" });
await page.goto(address);
const settled = () => page.locator('#views[aria-busy="false"]').waitFor();
await settled();
await page.click('input[value="Heart"]');
await settled();
// Once more, now that the threads are there.
await page.fill("#parameters input", "19");
await settled();
await page.locator("#pictures").evaluate((part) => part.scrollIntoView({ behavior: "instant" }));
const session = await page.context().newCDPSession(page);
const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 82 });
writeFileSync("docs/page.webp", Buffer.from(data, "base64"));
await browser.close();
await close();
