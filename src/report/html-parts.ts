// Small pieces that the sections of a page share.

import type { Outcome } from '../engine/events.ts';
import { type Content, type Html, html } from './html.ts';
import type { Kept } from './html-story.ts';
import { durationText } from './units.ts';

export function section(id: string, title: string, ...content: readonly Content[]): Html {
  return html`<section id="${id}"><h2>${title}</h2>${content}</section>`;
}

/** Something that is folded until it is asked for; on paper it is all there. */
export function folded(summary: Content, content: Content, isOpen = false): Html {
  const head = html`<summary>${summary}</summary>`;
  return isOpen ? html`<details open>${head}${content}</details>` : html`<details>${head}${content}</details>`;
}

/** Names in a sentence: a few of them, and how many more. */
export function someOf(names: readonly string[], most = 4): Html {
  const shown = names.slice(0, most);
  const more = names.length - shown.length;
  return html`${listed(shown.map((name) => html`<span class="name">${name}</span>`))}${more > 0 ? ` and ${more} more` : ''}`;
}

/** All names, folded where they are many. */
export function allOf(names: readonly string[], most = 8): Html {
  if (names.length <= most) return someOf(names, most);
  const all = listed(names.map((name) => html`<span class="name">${name}</span>`));
  return folded(html`${names.length} nodes: ${someOf(names, 2)}`, html`<p class="names">${all}</p>`);
}

function listed(parts: readonly Html[]): Content {
  return parts.map((part, index) => (index === 0 ? part : html`, ${part}`));
}

const marks: Record<Outcome, readonly [tone: string, mark: string]> = {
  succeeded: ['good', '✓'],
  unchanged: ['good', '✓'],
  'rolled-back': ['warn', '↩'],
  failed: ['bad', '✗'],
  interrupted: ['warn', '‖'],
};

export function toneOf(outcome: Outcome): string {
  return marks[outcome][0];
}

export function markOf(outcome: Outcome): string {
  return marks[outcome][1];
}

export function outcomeMark(outcome: Outcome): Html {
  return html`<span class="${toneOf(outcome)}"><span aria-hidden="true">${markOf(outcome)}</span> ${outcome}</span>`;
}

export function moreOf({ more }: Pick<Kept<unknown>, 'more'>): Html | undefined {
  return more > 0 ? html`<p class="quiet">And ${more} more.</p>` : undefined;
}

/** `2026-11-27 16:10:39` of an ISO time. */
export function dateText(iso: string): string {
  return `${iso.slice(0, 10)} ${clockText(iso)}`;
}

function clockText(iso: string): string {
  return iso.slice(11, 19);
}

/** The time of day, `ms` after an ISO time. */
export function timeAt(iso: string, ms: number): string {
  const start = Date.parse(iso);
  return Number.isNaN(start) ? '' : clockText(new Date(start + ms).toISOString());
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** A version, or from which to which. */
export function fromTo(before: string, after: string): string {
  return before === after ? before : `${before} → ${after}`;
}

export function lasted(fromMs: number, toMs: number): string {
  return durationText(Math.max(0, toMs - fromMs));
}
