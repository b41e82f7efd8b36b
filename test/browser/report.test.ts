// Reports in a real browser: what people get to see of them, on a screen, a phone, and paper.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChromium, visit } from '../support/chromium.ts';
import { samplePage, samplePlan, sampleRehearsal } from '../support/report-page.ts';
import { contrast } from './contrast.ts';

const hostile = `"><script>document.title='owned'</script><img src="http://evil.test/x.png" onerror="document.title='owned'"><a style="background:url(http://evil.test/y)" href='javascript:document.title="owned"'>\u202e`;
const long = `${'very-long-name-without-any-blank'.repeat(8)}.example.org`;
const many = Array.from({ length: 200 }, (_, index) => `nm${index + 1}.prod.example.org`);

const pages: Readonly<Record<string, string>> = {
  upgrade: samplePage(),
  failed: samplePage({ outcome: 'rolled-back' }),
  many: samplePage({ hosts: many }),
  long: samplePage({ hosts: [long, 'nm2'], text: long }),
  hostile: samplePage({ hosts: [hostile, 'nm2'], text: hostile }),
  plan: samplePage({ command: 'plan', plan: samplePlan([long, 'nm2'], long), hosts: [long, 'nm2'] }),
  hostilePlan: samplePage({ command: 'plan', plan: samplePlan([hostile, 'nm2'], hostile), hosts: [hostile, 'nm2'] }),
  rehearsal: samplePage({ command: 'rehearse', rehearsal: sampleRehearsal(long), hosts: [long, 'nm2'], text: long }),
  failedRehearsal: samplePage({ command: 'rehearse', rehearsal: sampleRehearsal('x', 'upgrade'), outcome: 'failed' }),
  job: samplePage({ within: long }),
  hostileRehearsal: samplePage({
    ...{ command: 'rehearse', rehearsal: sampleRehearsal(hostile), hosts: [hostile, 'nm2'], text: hostile },
  }),
};
const names = Object.keys(pages);
/** What its margins leave of a sheet of paper, in CSS pixels. */
const a4 = { width: 688, height: 1016 };

describe('a report in Chromium', () => {
  let browser: Browser;
  let dir: string;

  beforeAll(async () => {
    browser = await openChromium();
    dir = await mkdtemp(join(tmpdir(), 'report-pages-'));
    for (const [name, text] of Object.entries(pages)) {
      await writeFile(join(dir, `${name}.html`), text);
      // The policy would stop what slipped through the escaping: here it is the escaping that has to hold.
      await writeFile(
        join(dir, `${name}.bare.html`),
        text.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''),
      );
    }
  });
  afterAll(async () => {
    await browser?.close();
    await rm(dir, { recursive: true });
  });

  /** Opens a page, has `look` look at it, and gives what it has asked for from elsewhere. */
  async function open(
    name: string,
    options: BrowserContextOptions,
    look: (page: Page) => Promise<void>,
  ): Promise<readonly string[]> {
    const { context, refused } = await visit(browser, options);
    try {
      const page = await context.newPage();
      await page.goto(pathToFileURL(join(dir, `${name}.html`)).href);
      await look(page);
    } finally {
      await context.close();
    }
    return refused;
  }

  const openAll = (page: Page) =>
    page.locator('details').evaluateAll((all) => {
      for (const each of all) each.setAttribute('open', '');
    });

  describe.each([360, 768, 1200])('%i pixels wide', (width) => {
    it.each(names)('does not scroll sideways: %s', async (name) => {
      await open(name, { viewport: { width, height: 800 } }, async (page) => {
        const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(await overflow()).toBeLessThanOrEqual(0);
        await openAll(page);
        expect(await overflow()).toBeLessThanOrEqual(0);
      });
    });
  });

  it.each(names)('asks for nothing from elsewhere: %s', async (name) => {
    for (const file of [name, `${name}.bare`]) {
      const refused = await open(file, {}, async (page) => {
        await openAll(page);
        await page.waitForLoadState('networkidle');
      });
      expect(refused).toEqual([]);
    }
  });

  it('would have been seen to ask', async () => {
    await writeFile(join(dir, 'asks.html'), '<img src="http://evil.test/x.png">');
    expect(await open('asks', {}, (page) => page.waitForLoadState('networkidle'))).toEqual(['http://evil.test/x.png']);
  });

  it.each(['hostile', 'hostilePlan', 'hostileRehearsal'])(
    'runs nothing of what names and texts hold: %s',
    async (name) => {
      await open(`${name}.bare`, {}, async (page) => {
        await openAll(page);
        await page.waitForLoadState('networkidle');
        expect(await page.title()).not.toBe('owned');
        expect(await page.locator('script, img, iframe, object, embed, form').count()).toBe(0);
        // Links lead to files beside the page, whatever those are called, and to nothing else.
        const folders = await page
          .locator('a')
          .evaluateAll((all) => all.map((each) => new URL('.', (each as HTMLAnchorElement).href).href));
        for (const folder of folders) expect(folder).toBe(pathToFileURL(`${dir}/`).href);
        expect(folders).toHaveLength(name === 'hostileRehearsal' ? 6 : 0);
        const handlers = await page.evaluate(() =>
          [...document.querySelectorAll('*')].flatMap((each) =>
            each.getAttributeNames().filter((attribute) => attribute.startsWith('on')),
          ),
        );
        expect(handlers).toEqual([]);
        expect(await page.locator('body').textContent()).toContain(`"><script>document.title='owned'</script>`);
      });
    },
  );

  it('is whole without JavaScript: what is folded opens, the timeline is drawn', async () => {
    await open('many', { javaScriptEnabled: false, viewport: { width: 1200, height: 900 } }, async (page) => {
      const rows = page.locator('details.rows').first();
      const inner = rows.locator('.row').nth(1);
      expect(await inner.isVisible()).toBe(false);
      await rows.locator('summary').click();
      expect(await inner.isVisible()).toBe(true);
      const box = await page.locator('svg.track').first().boundingBox();
      expect(box?.width).toBeGreaterThan(300);
      expect(box?.height).toBeGreaterThan(10);
    });
  });

  it('marks the downtime behind the rows, over the steps that are in it', async () => {
    await open('upgrade', { viewport: { width: 1200, height: 900 } }, async (page) => {
      const row = page.locator('.chart').first().locator('.row', { hasText: 'back up the database' });
      const band = await row.locator('path.k-down').boundingBox();
      const bar = await row.locator('path.k-database').boundingBox();
      if (!band || !bar) throw new Error('There is no band, or no bar.');
      expect(band.x).toBeLessThan(bar.x);
      expect(band.x + band.width).toBeGreaterThan(bar.x + bar.width);
      // 44 s to 59.4 s of 63.3 s.
      const track = await row.locator('svg').boundingBox();
      expect((band.x - (track?.x ?? 0)) / (track?.width ?? 1)).toBeCloseTo(44 / 63.3, 2);
    });
  });

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    it.each(['upgrade', 'failed', 'plan', 'rehearsal', 'failedRehearsal', 'job'])(
      'has text that can be read (WCAG AA): %s',
      async (name) => {
        await open(name, { colorScheme }, async (page) => {
          await openAll(page);
          const seen = await page.evaluate(coloursOfTexts);
          expect(seen.length).toBeGreaterThan(5);
          const poor = seen.filter(({ text, behind }) => contrast(text, behind) < 4.5);
          expect(poor).toEqual([]);
          const [page0] = seen;
          expect(contrast(page0?.behind ?? '', 'rgb(255, 255, 255)') > 10).toBe(colorScheme === 'dark');
        });
      },
    );
  });

  it.each([360, 1200])('leads from a rehearsal to the reports of its jobs, %i pixels wide', async (width) => {
    await writeFile(join(dir, 'upgrade.html'), pages['upgrade'] ?? '');
    await open('rehearsal', { viewport: { width, height: 800 } }, async (page) => {
      await page.getByRole('link', { name: 'report: upgrade.html', exact: true }).click();
      expect(await page.title()).toMatch(/^Upgrade succeeded/);
    });
  });

  it.each(['light', 'dark'] as const)(
    'shows all that is folded on paper, dark on white, also where the screen is %s',
    async (colorScheme) => {
      await open('plan', { colorScheme, viewport: a4 }, async (page) => {
        await page.emulateMedia({ media: 'print', colorScheme });
        expect(await page.locator('details:not([open])').count()).toBeGreaterThan(3);
        const hidden = await page.locator('details:not([open]) > :not(summary)').evaluateAll(
          (all) =>
            all.filter((each) => {
              const { height } = each.getBoundingClientRect();
              return height === 0 || !each.checkVisibility({ contentVisibilityAuto: true });
            }).length,
        );
        expect(hidden).toBe(0);
        expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      });
    },
  );

  it('becomes a PDF that holds what was folded', async () => {
    await open('many', {}, async (page) => {
      const pdf = await page.pdf({ format: 'A4' });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      const pagesOf = (bytes: Buffer) => bytes.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      // 200 rows for the nodes alone.
      expect(pagesOf(pdf)).toBeGreaterThan(4);
    });
  });
});

/** Runs in the page: every pair of a text's colour and the colour behind it. */
function coloursOfTexts(): { text: string; behind: string; example: string }[] {
  const pairs = new Map<string, { text: string; behind: string; example: string }>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent || !node.textContent?.trim() || !parent.checkVisibility()) continue;
    let behind: Element | null = parent;
    while (behind && getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
    const text = getComputedStyle(parent).color;
    const colour = behind ? getComputedStyle(behind).backgroundColor : 'rgb(255, 255, 255)';
    pairs.set(`${text} ${colour}`, { text, behind: colour, example: node.textContent.trim().slice(0, 40) });
  }
  return [...pairs.values()];
}
