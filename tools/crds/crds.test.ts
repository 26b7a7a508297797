import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { customResourceDefinition } from '../../src/policy/crd/definition.ts';
import { chartFiles, templateOf } from './chart-files.ts';

/* The CustomResourceDefinitions of the chart. `make goldens` writes them anew. */

const chart = join(import.meta.dirname, '../../charts/sluice');
const isUpdating = process.env.UPDATE_GOLDENS === '1';
const files = chartFiles();

describe('templateOf()', () => {
  it('is switched by a value, survives the release, and keeps braces for readers', () => {
    const definition = customResourceDefinition('Limit');
    const text = templateOf({ ...definition, metadata: { name: 'limits.{{ .Values.sluice }}' } });
    expect(text).toMatch(
      /^\{\{- \/\* .* \*\/\}\}\n\{\{- if index \.Values "ai-gateway-crds" "enabled" \}\}\napiVersion: /,
    );
    expect(text).toContain('helm.sh/resource-policy: keep\n');
    expect(text).toContain('limits.{{ "{{" }} .Values.sluice }}');
    expect(text).toMatch(/\n\{\{- end \}\}\n$/);
  });
});

describe('charts/sluice', () => {
  it.each([...files])('%s is what the policy kinds say', (name, text) => {
    const path = join(chart, name);
    if (isUpdating) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    expect(existsSync(path) ? readFileSync(path, 'utf8') : 'missing; run `make goldens`').toBe(text);
  });

  it.each(['crds', 'templates/ai-gateway-crds'])('%s holds nothing else', (folder) => {
    const path = join(chart, folder);
    const names = existsSync(path) ? readdirSync(path) : [];
    const orphans = names.filter((name) => !files.has(`${folder}/${name}`));
    if (isUpdating) for (const orphan of orphans) rmSync(join(path, orphan));
    expect(isUpdating ? [] : orphans).toEqual([]);
  });

  it('says what it holds in the name of the file, one definition each', () => {
    for (const [name, text] of files) {
      const { spec } = parse(text.replaceAll(/^\{\{-.*\}\}$/gm, '')) as {
        spec: { group: string; names: { plural: string } };
      };
      expect(name).toMatch(new RegExp(`/${spec.group}_${spec.names.plural}\\.yaml$`));
    }
  });
});
