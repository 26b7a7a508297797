import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UsageRecord } from '../../src/llm/usage/record.ts';
import { document } from './policy-documents.ts';
import { until } from './until.ts';

/** A file, in a folder of its own, into which a gateway writes its usage records. */
export interface UsageFile {
  /** The document that has them written there. */
  readonly policy: string;
  /** All of it as it stands there; fails before the first record. */
  text(): Promise<string>;
  records(): Promise<readonly UsageRecord[]>;
  /** The record of the request with this id, as soon as it is written. */
  recordOf(id: string | null): Promise<UsageRecord>;
  remove(): Promise<void>;
}

export async function usageFile(): Promise<UsageFile> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-usage-'));
  const file = join(folder, 'usage.jsonl');
  const text = (): Promise<string> => readFile(file, 'utf8');
  const records = async (): Promise<readonly UsageRecord[]> =>
    (await text().catch(() => ''))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as UsageRecord);
  return {
    policy: document('GatewayPolicy', 'default', { records: { usage: { file } } }),
    text,
    records,
    async recordOf(id) {
      const found: UsageRecord[] = [];
      await until(`the record of ${id} is written`, async () => {
        found.push(...(await records()).filter((record) => record.id === id));
        return found.length > 0;
      });
      return found[0] as UsageRecord;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
