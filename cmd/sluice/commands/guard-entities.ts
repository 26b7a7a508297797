import { entities } from '../../../src/guard/catalogue.ts';
import type { EntityInfo } from '../../../src/guard/entity.ts';
import { suggest } from '../../../src/lib/suggest.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { type Paint, paintFor } from '../cli/paint.ts';
import { alignRows } from '../cli/table.ts';

export const command = defineCommand({
  description: [
    'Lists what the rules pii and secrets of a Guardrail can recognise. With names it says all about these.',
    'A rule that names no entities looks for those marked with a star; the others are prone to false alarms, or the numbers of one country.',
    'The score is that of the form alone. Validators and words around it raise or lower it; a rule drops what stays below its minScore, which is 0.5 if it says nothing.',
  ],
  arguments: [{ name: 'NAME', help: 'An entity, such as CREDIT_CARD.', isOptional: true, isRepeated: true }],
  flags: {
    family: { kind: 'text', placeholder: 'pii|secret', help: 'Only one of the two.', choices: ['pii', 'secret'] },
    output: outputFlag,
  },
  examples: [
    { says: 'List personal data.', line: 'sluice guard entities --family pii' },
    { says: 'See which words around a number make it more likely.', line: 'sluice guard entities US_SSN' },
  ],
  async run({ flags, positionals, io }) {
    const named = positionals.map((name) => name.toLowerCase());
    for (const [index, name] of named.entries()) {
      if (entities.some((entity) => entity.name.toLowerCase() === name)) continue;
      io.err(`sluice guard entities: ${whyUnknown(positionals[index] ?? '')}\n`);
      return exitCodes.failure;
    }
    const chosen = entities.filter(
      ({ family, name }) =>
        (flags.family === undefined || family === flags.family) &&
        (named.length === 0 || named.includes(name.toLowerCase())),
    );
    const paint = paintFor(io);
    if (flags.output === 'json') io.out(`${JSON.stringify(chosen, null, 2)}\n`);
    else if (named.length > 0) io.out(chosen.map((entity) => details(entity, paint)).join('\n'));
    else io.out(table(chosen, paint));
    return exitCodes.ok;
  },
});

function whyUnknown(name: string): string {
  const near = suggest(
    name,
    entities.map((entity) => entity.name),
  );
  return `There is no entity ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`;
}

function table(chosen: readonly EntityInfo[], paint: Paint): string {
  const rows = chosen.map((entity) => [
    entity.isDefault ? '*' : '',
    entity.name,
    entity.baseScore.toFixed(2),
    entity.region ?? '',
    entity.title,
    entity.validation,
  ]);
  const head = ['', 'name', 'score', 'in', 'what', 'validated by'].map((title) => paint('bold', title));
  return `${alignRows([head, ...rows]).join('\n')}\n`;
}

function details(entity: EntityInfo, paint: Paint): string {
  const { name, title, isDefault, region, baseScore, validation, contextWords } = entity;
  const rows = [
    ['looked for', isDefault ? 'by default' : 'where a rule names it'],
    ['in', region ?? 'all countries'],
    ['score', `${baseScore.toFixed(2)} for its form alone`],
    ['validated by', validation === '' ? 'nothing' : validation],
    ['words before it', contextWords.length === 0 ? 'make no difference' : contextWords.join(', ')],
  ];
  return `${paint('bold', name)}: ${title}\n${alignRows(rows, '  ').join('\n')}\n`;
}
