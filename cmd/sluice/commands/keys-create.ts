import { resolve } from 'node:path';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { appendDocument } from '../keys/append-document.ts';
import { keyDocument } from '../keys/key-document.ts';
import { createKeySecret } from '../keys/key-secret.ts';

export const command = defineCommand({
  description: [
    'Makes an API key. The secret is shown once and kept nowhere; the policy holds only its hash.',
    'Without --out the ApiKey document is printed, to be put into the policy folder.',
  ],
  flags: {
    name: { kind: 'text', placeholder: 'NAME', help: 'Name of the key, a DNS label. Required.' },
    user: { kind: 'text', placeholder: 'USER', help: 'Who uses it.' },
    team: { kind: 'text', placeholder: 'TEAM', help: 'Team that answers for it.' },
    project: { kind: 'text', placeholder: 'PROJECT', help: 'Project that it is for.' },
    models: {
      kind: 'list',
      placeholder: 'A,B',
      help: 'Models that it may use, with * as a wildcard. Every one if absent.',
    },
    expires: {
      kind: 'text',
      placeholder: 'TIME',
      help: 'From then on the key is refused, such as 2030-01-01T00:00:00Z.',
    },
    out: { kind: 'text', placeholder: 'FILE', help: 'Add the document to this YAML file instead of printing it.' },
    output: outputFlag,
  },
  examples: [
    { says: 'Make a key and print secret and document.', line: 'sluice keys create --name checkout --team payments' },
    {
      says: 'Make a key for two kinds of models and add it to a policy file.',
      line: "sluice keys create --name notebook --models 'small,claude-*' --out policy/keys.yaml",
    },
  ],
  async run({ flags, io }) {
    if (flags.name === undefined) return { misuse: '--name is missing. A key needs a name: --name NAME.' };
    const secret = createKeySecret();
    const document = keyDocument({ ...flags, name: flags.name }, secret);
    if (!document.ok) return { misuse: document.error };
    if (flags.out !== undefined) {
      const added = await appendDocument(resolve(io.cwd, flags.out), `ApiKey/${flags.name}`, document.value.yaml);
      if (!added.ok) {
        io.err(`sluice keys create: ${added.error}\n`);
        return exitCodes.failure;
      }
    }
    if (flags.output === 'json') {
      const file = flags.out === undefined ? {} : { file: flags.out };
      io.out(`${JSON.stringify({ name: flags.name, secret, document: document.value.value, ...file }, null, 2)}\n`);
      return exitCodes.ok;
    }
    io.out(`The secret of key ${flags.name}. It is shown only now:\n\n  ${secret}\n\n`);
    if (flags.out === undefined) io.out(`Put this document into the policy folder:\n\n${document.value.yaml}`);
    else io.out(`The document with its hash was added to ${flags.out}.\n`);
    return exitCodes.ok;
  },
});
