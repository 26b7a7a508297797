import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../testing/run-cli.ts';

const provider = `apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: openai}
spec: {schema: openai, credential: {apiKey: {env: SECRET_OF_TEST}}}
`;

describe('sluice validate', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-validate-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const validate = (...args: string[]) =>
    runCli(['validate', '.', ...args], { cwd: folder, env: { SECRET_OF_TEST: 'sk-the-secret-of-this-test' } });

  it('says that a good folder is good', async () => {
    await writeFile(join(folder, 'a.yaml'), provider);
    expect(await validate()).toEqual({ status: 0, out: '✓ 1 document, no problem\n', err: '' });
  });

  it('shows all problems at once, grouped by file, with place and remedy', async () => {
    await writeFile(join(folder, 'b.yaml'), provider.replace('schema: openai', 'schema: opena'));
    await writeFile(
      join(folder, 'a.yaml'),
      'apiVersion: sluice.dev/v1alpha1\nkind: Model\nmetadata: {name: small}\nspec:\n  target: []\n  enabled: 3\n',
    );
    const { status, out } = await validate();
    expect(status).toBe(1);
    expect(out).toMatch(/^a\.yaml\n {6}\d {2}error {2}Model\/small {2}spec/);
    expect(out).toContain('→ write targets');
    expect(out).toMatch(
      /\n\nb\.yaml\n {6}4 {2}error {2}Provider\/openai {2}spec\.schema\n {9}"opena" is not a schema\n {9}→ /,
    );
    expect(out).toMatch(/✗ [3-9] errors, 0 warnings\n$/);
  });

  const wrongModel = `apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: small}
spec:
  targets:
  - {provider: openai, model: a, weigth: 3}
  - {provider: missing, model: b}
`;

  it('shows references to nothing in documents that are wrong otherwise', async () => {
    await writeFile(join(folder, 'a.yaml'), provider);
    await writeFile(join(folder, 'b.yaml'), wrongModel);
    const { out } = await validate();
    expect(out).toContain('6  error  Model/small  spec.targets[0].weigth\n         is not a known field');
    expect(out).toContain(
      '7  error  Model/small  spec.targets[1].provider\n         provider "missing" does not exist',
    );
    expect(out).not.toContain('provider "openai" does not exist');
    expect(out).toMatch(/✗ 2 errors, 0 warnings\n$/);
  });

  it('shows the line of the field also where only all documents together tell that it is wrong', async () => {
    const text = wrongModel.replace(', weigth: 3', '');
    await writeFile(join(folder, 'b.yaml'), `# Two documents.\n${provider}---\n${text}`);
    const { out } = await validate();
    const [line = ''] = out.split('\n').filter((each) => each.includes('spec.targets[1].provider'));
    expect(line.trim()).toMatch(/^\d+ /);
    const lines = `# Two documents.\n${provider}---\n${text}`.split('\n');
    expect(lines[Number.parseInt(line, 10) - 1]).toContain('provider: missing');
  });

  it('says nothing of a reference to what is there, and wrong as well', async () => {
    await writeFile(join(folder, 'a.yaml'), provider.replace('schema: openai', 'schema: openai, netwrok: private'));
    await writeFile(join(folder, 'b.yaml'), wrongModel.replace('missing', 'openai'));
    const { out } = await validate();
    expect(out).not.toContain('does not exist');
    expect(out).toMatch(/✗ 2 errors, 0 warnings\n$/);
  });

  it('misses Services that are not in the folder either', async () => {
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: here}\nspec: {ports: [{port: 443}]}\n';
    const policy = `apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: verified}
spec:
  targetRefs: [{group: "", kind: Service, name: here}, {group: "", kind: Service, name: gone}]
  validation: {hostname: here.example.com, wellKnownCACertificates: System}
`;
    await writeFile(join(folder, 'a.yaml'), `${service}---\n${policy}`);
    const { out } = await validate();
    expect(out).toContain('Service "gone" does not exist');
    expect(out).toMatch(/✗ 1 error, 0 warnings\n$/);
  });

  it('gives the same as JSON', async () => {
    await writeFile(join(folder, 'b.yaml'), provider.replace('schema: openai', 'schema: opena'));
    const { status, out } = await validate('--output', 'json');
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      errors: 1,
      problems: [{ severity: 'error', document: 'Provider/openai', path: 'spec.schema' }],
    });
  });

  it('misses secrets, unless told not to look for them', async () => {
    await writeFile(join(folder, 'a.yaml'), provider);
    const without = (...args: string[]) => runCli(['validate', folder, ...args]);
    expect((await without()).status).toBe(1);
    expect((await without()).out).toContain('SECRET_OF_TEST');
    expect((await without('--skip-secrets')).status).toBe(0);
  });

  it('never shows a secret', async () => {
    const wrong = provider.replace('{env: SECRET_OF_TEST}', 'sk-the-secret-of-this-test');
    await writeFile(join(folder, 'a.yaml'), `${provider}---\n${wrong.replace('name: openai', 'name: other')}`);
    for (const args of [[], ['--output', 'json']]) {
      const { status, out, err } = await validate(...args);
      expect(status).toBe(1);
      expect(out + err).not.toContain('the-secret-of-this-test');
    }
  });

  it('counts warnings as failures only when asked to', async () => {
    await writeFile(join(folder, 'a.yaml'), provider.replace(', credential: {apiKey: {env: SECRET_OF_TEST}}', ''));
    const { status, out } = await validate();
    expect(status).toBe(0);
    expect(out).toContain('✓ 0 errors, 1 warning\n');
    expect((await validate('--fail-on-warn')).status).toBe(1);
  });

  it('says when the folder is not there', async () => {
    const { status, out } = await runCli(['validate', join(folder, 'nowhere')]);
    expect(status).toBe(1);
    expect(out).toContain('does not exist');
  });

  it('wraps to the width of the terminal and colours what matters', async () => {
    await writeFile(join(folder, 'b.yaml'), provider.replace('schema: openai', 'schema: opena'));
    const { out } = await runCli(['validate', folder], { columns: 40, isColoured: true });
    expect(out).toContain('\u001b[31merror\u001b[39m');
    expect(out).toContain('→\u001b[39m write openai; served: openai,\n           openai-compatible');
  });
});
