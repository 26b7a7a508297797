import type { Finding } from '../../detector.ts';
import { plainOptions } from '../../entity.ts';
import { secretEntities } from '../entities.ts';
import { secretsDetector } from '../index.ts';

const detector = secretsDetector({
  entities: new Map(secretEntities.map(({ name }) => [name, plainOptions])),
  minScore: 0.5,
});

/** What is found where a policy asks for all kinds. */
export function scan(text: string, field?: string): readonly Finding[] {
  const findings: Finding[] = [];
  detector.scan(text, 0, (finding) => findings.push(finding), field);
  return findings;
}
