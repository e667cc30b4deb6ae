// Finds the browser of this machine, and opens the page in it.

import { existsSync } from 'node:fs';

import puppeteer from 'puppeteer-core';

/** The browser's program; undefined where there is none. */
export function browserPath() {
  const known = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const paths = (process.env.PATH ?? '').split(':');
  const candidates = [process.env.CHROMIUM ?? '', ...known.flatMap((name) => paths.map((path) => `${path}/${name}`))];
  return candidates.find((path) => path !== '' && existsSync(path));
}

/** A browser without a window. `flags` are those of its engine. */
export function launch(flags = '') {
  // The sandbox needs rights that containers do not have; the page is our own.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', `--js-flags=${flags}`];
  return puppeteer.launch({ executablePath: browserPath(), args });
}

/** A page that shows the playground at this address, once there is a verdict. `requests` gets the address of each request. */
export async function open(browser, url, { width = 1280, height = 900, scheme = 'light', requests = [] } = {}) {
  const page = await browser.newPage();
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(url);
  await page.waitForFunction(() => window.playground !== undefined && document.getElementById('report').getAttribute('aria-busy') === 'false');
  return page;
}
