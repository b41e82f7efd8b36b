// Nothing of what others wrote (host names, paths, output of hooks, messages of servers) may steer the terminal or forge a line.

// Controls but tab and line feed, and the signs that change the direction of text.
const acting = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The text with whatever acts on a terminal shown as `\u…`; line feeds stay, and a tab is a blank. */
function safeText(text: string): string {
  return text.replace(acting, (character) => {
    if (character === '\n') return character;
    return character === '\t' ? ' ' : escaped(character);
  });
}

/** The same of every text in an event or a result. */
export function safe<T>(value: T): T {
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return safeText(value);
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
}

/** JSON leaves DEL and the C1 controls as they are, and some terminals act on them. */
export function safeJson(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
