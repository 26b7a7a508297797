import { stringify } from 'yaml';
import { systemCaFile } from '../../../src/envoy/system-ca.ts';
import { programResources } from '../../../src/program/resources.ts';
import { dump } from '../../../src/xds/translate/dump.ts';
import { translate } from '../../../src/xds/translate/translate.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { countText, problemReport } from '../policy/problem-report.ts';

export const command = defineCommand({
  description: [
    'Shows the resources that Envoy and the processor would get for a policy folder.',
    'Secrets are shown as ***. Problems go to standard error; what is usable is shown nevertheless.',
  ],
  arguments: [{ name: 'DIR', help: 'The policy folder.' }],
  flags: {
    gateway: { kind: 'text', placeholder: 'NAME', help: 'Only this Gateway; every one if absent.' },
    type: { kind: 'text', placeholder: 'TYPE', help: 'Only resources whose type contains this text, such as Cluster.' },
    'skip-secrets': { kind: 'switch', help: 'Do not look up secrets, for machines that do not have them.' },
    output: {
      kind: 'text',
      placeholder: 'yaml|json',
      help: 'Form of the result.',
      default: 'yaml',
      choices: ['yaml', 'json'],
    },
  },
  examples: [
    { says: 'Show everything.', line: 'sluice translate examples/quickstart' },
    { says: 'Show the clusters of one policy.', line: 'sluice translate policy --type Cluster --skip-secrets' },
  ],
  async run({ flags, positionals, io }) {
    const [name = ''] = positionals;
    const { built, problems } = await loadPolicy(name, io, { skipSecrets: flags['skip-secrets'] });
    const errors = problems.filter((problem) => problem.severity === 'error');
    if (errors.length > 0) io.err(`${problemReport(errors, io)}\n${countText(errors.length, 'error')}\n`);
    const gateways = built.gateways.filter((gateway) => flags.gateway === undefined || gateway.name === flags.gateway);
    if (gateways.length === 0) {
      const names = built.gateways.map((gateway) => gateway.name).join(', ');
      io.err(`sluice: There is no Gateway "${flags.gateway}" in the folder; there is ${names}.\n`);
      return exitCodes.failure;
    }
    const options = { systemCaFile: systemCaFile(io.env) };
    const wanted = flags.type?.toLowerCase() ?? '';
    const dumped = gateways.map((gateway) => ({
      gateway: gateway.name,
      resources: dump([...translate(gateway, options), ...programResources(gateway)]).filter((resource) =>
        resource.type.toLowerCase().includes(wanted),
      ),
    }));
    if (flags.type !== undefined && dumped.every(({ resources }) => resources.length === 0)) {
      io.err(`No resource has a type that contains "${flags.type}".\n`);
    }
    if (flags.output === 'json') io.out(`${JSON.stringify(dumped, null, 2)}\n`);
    else io.out(dumped.map((each) => stringify(each, { aliasDuplicateObjects: false, lineWidth: 0 })).join('---\n'));
    return errors.length > 0 ? exitCodes.failure : exitCodes.ok;
  },
});
