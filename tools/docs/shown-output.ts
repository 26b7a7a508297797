/** What a command of a page prints, as the page shows it: `…` stands for any text. */
export function shownOutput(text: string): RegExp {
  const literal = text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('…', '.*')}$`, 's');
}
