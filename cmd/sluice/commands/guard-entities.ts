import { entities } from '../../../src/guard/catalogue.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { paintFor } from '../cli/paint.ts';
import { alignRows } from '../cli/table.ts';

export const command = defineCommand({
  description: [
    'Lists what the rules pii and secrets of a Guardrail can recognise.',
    'A rule that names no entities looks for those marked with a star; the others are prone to false alarms, or the numbers of one country.',
  ],
  flags: {
    family: { kind: 'text', placeholder: 'pii|secret', help: 'Only one of the two.', choices: ['pii', 'secret'] },
    output: outputFlag,
  },
  examples: [{ says: 'List personal data.', line: 'sluice guard entities --family pii' }],
  async run({ flags, io }) {
    const chosen = entities.filter(({ family }) => flags.family === undefined || family === flags.family);
    if (flags.output === 'json') {
      io.out(`${JSON.stringify(chosen, null, 2)}\n`);
      return exitCodes.ok;
    }
    const paint = paintFor(io);
    const rows = chosen.map((entity) => [
      entity.isDefault ? '*' : '',
      entity.name,
      entity.baseScore.toFixed(2),
      entity.region ?? '',
      entity.title,
      entity.validation,
    ]);
    const head = ['', 'name', 'score', 'in', 'what', 'validated by'].map((title) => paint('bold', title));
    io.out(`${alignRows([head, ...rows]).join('\n')}\n`);
    return exitCodes.ok;
  },
});
