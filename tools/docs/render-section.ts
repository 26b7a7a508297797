import { commandHelp, overview } from '../../cmd/sluice/cli/help.ts';
import { commands } from '../../cmd/sluice/commands.ts';
import { isKind } from '../../src/policy/kinds.ts';
import { compatibilityReference } from './compatibility-reference.ts';
import { errorReference } from './error-reference.ts';
import { metricsReference } from './metrics-reference.ts';
import { isPart, partReference, policyReference } from './policy-reference.ts';

/** `<!-- generated: NAME -->` in a page: what stands there comes from the code, so that it cannot rot. */
export async function renderSection(name: string): Promise<string> {
  const [what, ...words] = name.split(' ');
  const subject = words.join(' ');
  if (what === 'errors') return errorReference();
  if (what === 'metrics') return metricsReference(subject);
  if (what === 'compatibility' && isKind(subject)) return compatibilityReference(subject);
  if (what === 'policy' && isKind(subject)) return policyReference(subject);
  if (what === 'policy-part' && isPart(subject)) return partReference(subject);
  if (what === 'help') return block(await helpText(subject));
  throw new Error(`nothing generates the section ${name}`);
}

async function helpText(name: string): Promise<string> {
  if (name === '') return overview(commands);
  const row = commands.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`there is no command ${name}`);
  return commandHelp(name, (await row.load()).command);
}

function block(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}
