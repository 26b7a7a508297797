import { findEnvoy } from '../../../src/envoy/binary.ts';
import { supportedRangeText } from '../../../src/envoy/version.ts';
import { version } from '../../../src/version.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import type { Io } from '../cli/io.ts';
import { alignRows } from '../cli/table.ts';

export const command = defineCommand({
  description: [
    'Shows the versions of Sluice and Node, the Envoys that it works with, and the one that it would run.',
    'Envoy is the one that ENVOY_BIN names, else "envoy" on the PATH, else one that Sluice fetches on the first run.',
  ],
  flags: { output: outputFlag },
  examples: [
    { says: 'Show the versions.', line: 'sluice version' },
    { says: 'Let a script read them.', line: 'sluice version --output json' },
  ],
  async run({ flags, io }) {
    const envoy = await lookForEnvoy(io.env);
    const versions = { sluice: version, node: process.versions.node, supportedEnvoy: supportedRangeText };
    if (flags.output === 'json') {
      io.out(`${JSON.stringify({ ...versions, envoy }, null, 2)}\n`);
    } else {
      const rows = [
        ['Sluice', versions.sluice],
        ['Node', versions.node],
        ['Envoy', 'version' in envoy ? `${envoy.version} (${envoy.path})` : envoy.problem],
        ['supported Envoy', versions.supportedEnvoy],
      ];
      io.out(`${alignRows(rows).join('\n')}\n`);
    }
    return 'problem' in envoy && envoy.isUnusable ? exitCodes.failure : exitCodes.ok;
  },
});

type FoundEnvoy =
  | { readonly version: string; readonly path: string }
  | { readonly problem: string; readonly isUnusable: boolean };

const notFetched = Symbol('not fetched');

/** Looks without fetching: asking for a version must not download anything. */
async function lookForEnvoy(env: Io['env']): Promise<FoundEnvoy> {
  try {
    const found = await findEnvoy(env, () => {
      throw notFetched;
    });
    return found.ok ? found.value : { problem: found.error, isUnusable: true };
  } catch (error) {
    if (error !== notFetched) throw error;
    return { problem: 'none yet; fetched on the first run', isUnusable: false };
  }
}
