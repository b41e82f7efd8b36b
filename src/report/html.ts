// Text to HTML: a tagged template that escapes whatever it is given, unless that is HTML of its own making.

/** HTML that is safe to be put into a page. Made by `html` and `trusted` alone. */
export interface Html {
  readonly [isHtml]: true;
  toString(): string;
}

const isHtml = Symbol('html');

export type Content = Html | string | number | undefined | readonly Content[];

/** Escapes all values; those made by this function stay what they are, lists are joined, `undefined` is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return trusted(strings.map((text, index) => text + (index < values.length ? textOf(values[index]) : '')).join(''));
}

/** A text of this program's own that is HTML, such as its style sheet. Never one that came from outside. */
export function trusted(text: string): Html {
  return { [isHtml]: true, toString: () => text };
}

function textOf(value: Content): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  if (isList(value)) return value.map(textOf).join('');
  return value[isHtml] ? value.toString() : escaped(String(value));
}

function isList(value: Html | readonly Content[]): value is readonly Content[] {
  return Array.isArray(value);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

// Also what is not seen but does something: a name that turns the direction of writing around would make a line tell something else.
function escaped(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (character) => entities[character] ?? '')
    .replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return `\\u{${code.toString(16)}}`;
    });
}

/** A message of ours: what stands between backticks is code, and lines stay lines. */
export function prose(text: string): Html {
  const parts = text.split('`');
  // One that has no partner is a character like others.
  const paired = parts.length % 2 === 1;
  if (!paired) return html`${text}`;
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
