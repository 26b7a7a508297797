import type { CatalogueNote } from '../../../src/llm/price/catalogue/catalogue.ts';

/** More of a kind are counted: public files have thousands of models. */
const mostShown = 10;

/** What a reader of a new catalogue should look at, one line each; empty: nothing. */
export function noteLines(notes: readonly CatalogueNote[]): string {
  const lines: string[] = [];
  for (const kind of ['odd', 'lost', 'skipped'] as const) {
    const ofKind = notes.filter((note) => note.kind === kind);
    for (const { model, says } of ofKind.slice(0, mostShown)) lines.push(`${labels[kind]}: ${model} ${verb(says)}.`);
    const more = ofKind.length - mostShown;
    if (more > 0) lines.push(`${labels[kind]}: ${more} more.`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

const labels = { odd: 'check', lost: 'left out', skipped: 'skipped' } as const;

/** `has …` follows the name of the model; all else is about one of its prices. */
function verb(says: string): string {
  return says.startsWith('has ') ? says : `— ${says}`;
}
