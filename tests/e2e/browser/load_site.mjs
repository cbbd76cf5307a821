// Loads a page in Debian's Chromium and prints, as JSON, by which protocol it and its parts came and whether its images
// decode. playwright-core is found through NODE_PATH.
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_PATH, "resolve-from-here.js"));
const { chromium } = require(path.join(process.env.NODE_PATH, "playwright-core"));

const url = process.argv[2];
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--ignore-certificate-errors", "--no-proxy-server"],
});
try {
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  const errors = [];
  const failures = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("requestfailed", (request) => failures.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("response", (response) => response.status() >= 400 && failures.push(`${response.url()}: ${response.status()}`));
  const response = await page.goto(url, { waitUntil: "networkidle", timeout: 30000 });
  const told = await page.evaluate(async () => ({
    title: document.title,
    stylesheets: document.styleSheets.length,
    protocol: performance.getEntriesByType("navigation")[0].nextHopProtocol,
    resources: performance.getEntriesByType("resource").map((entry) => ({ name: entry.name, protocol: entry.nextHopProtocol })),
    images: await Promise.all([...document.images].map(async (image) => {
      image.loading = "eager";
      const decoded = await image.decode().then(() => true, () => false);
      return { source: image.currentSrc, decoded, width: image.naturalWidth };
    })),
  }));
  console.log(JSON.stringify({ status: response.status(), errors, failures, ...told }));
} finally {
  await browser.close();
}
