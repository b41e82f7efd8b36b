/**
 * Makes docs/pictures/report.png for the README: the report of a real upgrade of a simulated cluster, as Chromium shows it. Needs Docker
 * on this machine, the images (`make image node-image`), and Chromium.
 *
 *   npm run picture
 *   npm run picture -- FILE.html     of another report
 */
import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openChromium } from '../test/support/chromium.ts';
import { startCluster, type TestCluster } from '../test/support/cluster.ts';

const picture = join(import.meta.dirname, '..', 'docs', 'pictures', 'report.png');
const size = { width: 1000, height: 800 };

const [file] = process.argv.slice(2);
if (file) await take(file);
else await takeOfUpgrade();

async function takeOfUpgrade(): Promise<void> {
  const cluster = await startCluster();
  try {
    const { exitCode, result } = await cluster.job('upgrade', { env: { MYSQL_FILE: 'auto' } });
    if (exitCode !== 0) throw new Error(`The upgrade failed: ${result.message}`);
    await take(await reportIn(cluster));
  } finally {
    await cluster.stop();
  }
}

async function reportIn({ stateDir }: TestCluster): Promise<string> {
  const [run = ''] = await readdir(join(stateDir, 'runs'));
  return join(stateDir, 'runs', run, 'report.html');
}

async function take(html: string): Promise<void> {
  const browser = await openChromium();
  try {
    const page = await browser.newPage({ viewport: size, colorScheme: 'light' });
    await page.goto(pathToFileURL(html).href);
    mkdirSync(join(picture, '..'), { recursive: true });
    // What comes after it is told better in words.
    const timeline = await page.locator('#timeline').boundingBox();
    const height = timeline ? timeline.y + timeline.height : size.height;
    await page.screenshot({ path: picture, fullPage: true, clip: { x: 0, y: 0, width: size.width, height } });
  } finally {
    await browser.close();
  }
}
