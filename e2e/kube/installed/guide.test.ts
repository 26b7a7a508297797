import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { version } from '../../../src/version.ts';
import { shownOutput } from '../../../tools/docs/shown-output.ts';
import { gatewayApiFile } from '../../support/kube-gateway-api.ts';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { type GuideStep, stepsOf, variablesOf } from '../../support/kube-installed/guide.ts';
import { type GuideShell, openGuideShell } from '../../support/kube-installed/guide-shell.ts';
import { clearCluster } from '../../support/kube-installed/guide-start.ts';
import { freePort } from '../../support/ports.ts';
import { findBinaries, type Program } from '../cluster/binaries.ts';
import { versionOf } from '../cluster/versions.ts';

/** docs/guides/kubernetes.md, followed as it is written, in a cluster that has never heard of us. */
const cluster = openCluster();
const root = join(import.meta.dirname, '../../..');
const page = 'docs/guides/kubernetes.md';
const namespaces = ['research'];

/** What is the reader's own. A function reads it off what has been printed so far. */
const reader: Readonly<Record<string, string | ((printed: string) => string)>> = {
  REGISTRY: cluster.image('controller').split('/sluice/')[0] ?? '',
  GATEWAY_API: gatewayApiFile(),
  KEY: (printed) => printed.match(/^ {2}(sk-sluice-\w+)$/m)?.[1] ?? 'no key has been shown',
  OPENAI_API_KEY: 'sk-of-an-account-that-nobody-has',
  REGISTRY_USER: 'reader',
  REGISTRY_PASSWORD: 'of-the-reader',
};

/** Over the values of the page: the test's node has two cores, and its Redis another name. */
const small = { requests: { cpu: '10m', memory: '64Mi' } };
const values = {
  controller: { resources: small },
  envoy: { resources: small },
  processor: { resources: small },
  redis: { image: { repository: 'sluice/redis', tag: version }, resources: small },
};

/** Ports of the reader's machine. On this one they may be taken. */
const localPorts = ['18080', '18443', '19001'];

afterAll(() => clearCluster(cluster, namespaces), 300_000);

describe('the guide to Kubernetes, as it is written', () => {
  it('leads from a bare cluster to answers, through changes, and back', { timeout: 900_000 }, () => follow('cluster'));

  it('leads there as well with rights apart and a private registry', { timeout: 600_000 }, () => follow('split'));
});

async function follow(way: string): Promise<void> {
  await clearCluster(cluster, namespaces);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-guide-'));
  const shell = await openGuideShell(folder, await readersMachine(folder));
  const markdown = await readFile(join(root, page), 'utf8');
  // What stands in for the reader's file is of the version that the page names.
  expect(markdown).toContain(`/${versionOf('crds', 'sigs.k8s.io/gateway-api')}/standard-install.yaml`);
  const steps = stepsOf(await withFreePorts(markdown), way);
  expect(steps.length).toBeGreaterThan(5);
  let printed = '';
  try {
    for (const step of steps) {
      printed += await take(step, shell, printed).catch((error: Error) => {
        throw new Error(`${page}:${step.line}\n${step.text}${error.message}`);
      });
    }
  } finally {
    await shell.close();
    await rm(folder, { recursive: true });
  }
}

async function take(step: GuideStep, shell: GuideShell, printed: string): Promise<string> {
  if (step.kind === 'reader') {
    const lines = variablesOf(step).map((name) => {
      const value = reader[name];
      if (value === undefined) throw new Error(`the test has no ${name} of its own`);
      return `export ${name}='${typeof value === 'string' ? value : value(printed)}'`;
    });
    return shell.run(lines.join('\n'));
  }
  const expected = step.shown === undefined ? /^/ : shownOutput(step.shown);
  if (step.kind === 'background') {
    await shell.start(step.text, (text) => text !== '' && expected.test(comparable(text)));
    return '';
  }
  const output = await shell.run(step.text);
  // Both whole: a difference that is cut off says nothing.
  if (!expected.test(comparable(output))) throw new Error(`printed:\n${output}\nand not:\n${step.shown}`);
  return output;
}

/** Without the line ends of HTTP, and with one at the end, which answers lack. */
function comparable(output: string): string {
  return `${output.replaceAll('\r\n', '\n').trimEnd()}\n`;
}

/** A clone of the repository, and the programs that the page asks for. */
async function readersMachine(folder: string): Promise<NodeJS.ProcessEnv> {
  for (const name of ['bin', 'charts', 'examples']) await symlink(join(root, name), join(folder, name));
  const programs = join(folder, '.programs');
  await mkdir(programs);
  const ownValues = join(folder, '.values.json');
  await writeFile(ownValues, JSON.stringify(values));
  const put = async (name: string, script: string): Promise<void> => {
    // The program itself may have the same name, and is not to find this one.
    await writeFile(join(programs, name), `#!/bin/sh\nPATH='${process.env.PATH}'\n${script}\n`);
    await chmod(join(programs, name), 0o755);
  };
  await put('kubectl', `exec '${pathOf('kubectl')}' "$@"`);
  const withValues = `install | upgrade) exec '${pathOf('helm')}' "$@" --values '${ownValues}' ;;`;
  await put('helm', `case $1 in ${withValues} *) exec '${pathOf('helm')}' "$@" ;; esac`);
  return { ...process.env, PATH: `${programs}:${process.env.PATH}`, NO_COLOR: '1' };
}

function pathOf(program: Program): string {
  const found = findBinaries(process.env, [program]);
  return found.ok ? found.value.path(program) : program;
}

async function withFreePorts(markdown: string): Promise<string> {
  let text = markdown;
  for (const port of localPorts) text = text.replaceAll(port, String(await freePort()));
  return text;
}
