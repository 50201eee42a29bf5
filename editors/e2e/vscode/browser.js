// A Chromium page that looks at the workbench, and what it asks of other machines than this one.

const { chromium } = require('playwright-core');

/** Opens a page; `outside` collects hosts that are not this machine. */
module.exports.browser = async function browser(folder, size = { width: 1280, height: 800 }) {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    viewport: size,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const outside = new Set();
  context.on('request', (it) => {
    const { hostname } = new URL(it.url());
    // Webviews are served to themselves by the page, under names of their own.
    if (hostname !== '' && hostname !== '127.0.0.1' && !hostname.endsWith('.localhost')) outside.add(it.url());
  });
  const page = context.pages()[0] ?? (await context.newPage());
  return { page, context, outside };
};
