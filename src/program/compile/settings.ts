import { type Settings as Message, SettingsSchema } from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import type { Settings } from '../program.ts';
import { type Compiled, refused } from './refusal.ts';

export const settingsSchema = SettingsSchema;

export function compileSettings(message: Message): Compiled<Settings> {
  const maxBodyBytes = Number(message.maxBodyBytes);
  if (maxBodyBytes === 0) return refused('max_body_bytes is missing');
  return ok({ maxBodyBytes, defaultProfile: message.defaultProfile });
}
