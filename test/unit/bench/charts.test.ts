import { describe, expect, it } from 'vitest';
import { escapeText, lineChart, niceTop } from '../../bench/charts.ts';

const series = (name: string, ...ys: number[]) => ({ name, points: ys.map((y, index) => [4 ** index, y] as const) });

describe('a chart', () => {
  const chart = lineChart({
    title: 'a < b & "c"',
    unit: 's',
    series: [series('ours', 1, 2, 4), series('<peer>', 8, 8, 8)],
  });

  it('is XML whatever stands in it', () => {
    expect(chart).toContain('aria-label="a &lt; b &amp; &quot;c&quot;"');
    expect(chart).toContain('&lt;peer&gt;</text>');
    expect(chart.replaceAll(/<[^<>]*>/g, '')).not.toMatch(/[<>]/);
  });

  it('draws a line for each series, a point for each size, sizes at equal distances', () => {
    expect(chart.match(/<g class="s\d">/g)).toHaveLength(2);
    expect(chart.match(/<circle/g)).toHaveLength(6);
    const xs = [...chart.matchAll(/<circle cx="([\d.]+)"/g)].slice(0, 3).map(([, x]) => Number(x));
    expect((xs[1] ?? 0) - (xs[0] ?? 0)).toBeCloseTo((xs[2] ?? 0) - (xs[1] ?? 0));
  });

  it('has larger values higher', () => {
    const ys = [...chart.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
    expect(ys[0]).toBeGreaterThan(ys[1] ?? 0);
    // 8 is the top of the axis.
    expect(ys[3]).toBe(48);
  });

  it('is made for light pages and dark ones', () => {
    expect(chart).toContain('prefers-color-scheme:dark');
  });

  it('keeps the names of lines that end at one point apart', () => {
    const text = lineChart({ title: '', unit: '', series: [series('a', 0), series('b', 0), series('c', 0)] });
    const ys = [...text.matchAll(/<text x="498" y="([\d.]+)"/g)].map(([, y]) => Number(y)).toSorted((a, b) => a - b);
    expect(ys).toHaveLength(3);
    expect((ys[1] ?? 0) - (ys[0] ?? 0)).toBeGreaterThanOrEqual(16);
    expect((ys[2] ?? 0) - (ys[1] ?? 0)).toBeGreaterThanOrEqual(16);
    expect(ys[2]).toBeLessThanOrEqual(292);
  });
});

it('escapes what XML would read', () => {
  expect(escapeText(`<a href="x">&</a>`)).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;');
});

it('the top of an axis is a short number that holds all', () => {
  expect([0, 1, 1.1, 3, 7.9, 8.1, 41, 100, 0.05].map(niceTop)).toEqual([1, 1, 1.2, 3.2, 8, 10, 60, 100, 0.06]);
});
