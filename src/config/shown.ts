// Text of the user's own in a message: short, on one line, without what a terminal would act on, and without a password of a URL.

const longest = 80;

/** In double quotes, with escapes as in JSON; cut after 80 characters. */
export function shown(text: string): string {
  const quoted = JSON.stringify(hidden(text).slice(0, longest)).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
  return text.length > longest ? `${quoted}…` : quoted;
}

/** Line breaks and other characters that do something instead of being seen become `\u…`. For paths, which stand without quotes. */
export function onOneLine(text: string): string {
  const visible = text.slice(0, pathShown).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
  return text.length > pathShown ? `${visible}…` : visible;
}

const pathShown = 500;

// `user:password@host` is how other tools take a password.
function hidden(text: string): string {
  const [colon, at] = [text.indexOf(':'), text.lastIndexOf('@')];
  return colon >= 0 && colon < at ? `${text.slice(0, colon)}:***${text.slice(at)}` : text;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
