import { err, ok, type Result } from '../../lib/result.ts';
import { isRecord } from '../messages.ts';
import type { CutPoint, Fault } from './behaviour.ts';

const plainKinds = ['error-under-200', 'truncated-json', 'first-event-error', 'never-answer'] as const;
const namedCuts = ['before-headers', 'after-headers', 'before-content'] as const;

export function parseFault(json: unknown): Result<Fault> {
  if (!isRecord(json)) return err('"fault" must be an object, such as {"kind": "status", "status": 503}.');
  if (json.kind === 'status') return parseStatus(json);
  if (json.kind === 'cut') return parseCut(json);
  const kind = plainKinds.find((name) => name === json.kind);
  if (kind === undefined) return err(`"fault.kind" must be one of: status, cut, ${plainKinds.join(', ')}.`);
  return refuseOthers(json, ['kind']) ?? ok({ kind });
}

type Fields = Readonly<Record<string, unknown>>;

function parseStatus(json: Fields): Result<Fault> {
  const { status, retryAfterSeconds, message } = json;
  if (!isWhole(status, 400, 599)) return err('"fault.status" must be an error status from 400 to 599.');
  if (retryAfterSeconds !== undefined && !isWhole(retryAfterSeconds, 0, 86_400)) {
    return err('"fault.retryAfterSeconds" must be a whole number from 0 to 86400.');
  }
  if (message !== undefined && typeof message !== 'string') return err('"fault.message" must be a text.');
  const fault: Fault = {
    kind: 'status',
    status,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(message === undefined ? {} : { message }),
  };
  return refuseOthers(json, ['kind', 'status', 'retryAfterSeconds', 'message']) ?? ok(fault);
}

function parseCut(json: Fields): Result<Fault> {
  const at: CutPoint | undefined = isWhole(json.at, 1, 1_000_000)
    ? json.at
    : namedCuts.find((name) => name === json.at);
  if (at === undefined) {
    return err(`"fault.at" must be one of: ${namedCuts.join(', ')}, or a number of chunks of at least 1.`);
  }
  const { how = 'close' } = json;
  if (how !== 'close' && how !== 'reset') return err('"fault.how" must be "close" or "reset".');
  return refuseOthers(json, ['kind', 'at', 'how']) ?? ok({ kind: 'cut', at, how });
}

function refuseOthers(json: Fields, names: readonly string[]): Result<never> | undefined {
  const other = Object.keys(json).find((name) => !names.includes(name));
  return other === undefined
    ? undefined
    : err(`"fault.${other.slice(0, 60)}" does not belong here. Fields of this kind: ${names.join(', ')}.`);
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
