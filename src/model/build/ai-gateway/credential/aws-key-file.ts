import { err, ok, type Result } from '../../../../lib/result.ts';
import type { AwsKeyPair } from '../../../secret.ts';

/** What a profile may ask for instead of saying its key. */
const elsewhere = [
  'role_arn',
  'credential_process',
  'sso_session',
  'sso_start_url',
  'web_identity_token_file',
  'login_session',
];

/** The key of a profile in a credentials file as the tools of AWS have it, or why there is none, without its content. */
export function readAwsKey(file: string, profile: string): Result<AwsKeyPair> {
  const fields = fieldsOf(file, profile);
  if (fields === undefined) return err(`has no profile "${profile}"`);
  const accessKeyId = fields.get('aws_access_key_id');
  const secretAccessKey = fields.get('aws_secret_access_key');
  const sessionToken = fields.get('aws_session_token');
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const detour = elsewhere.find((name) => fields.has(name));
    if (detour !== undefined) return err(`leaves profile "${profile}" to ${detour}, which is not served`);
    const missing = accessKeyId === undefined ? 'aws_access_key_id' : 'aws_secret_access_key';
    return err(`has no ${missing} in profile "${profile}"`);
  }
  for (const value of [accessKeyId, secretAccessKey, sessionToken ?? accessKeyId]) {
    if (!/^[\x21-\x7e]+$/.test(value)) return err(`has something in profile "${profile}" that is no key`);
  }
  return ok({ accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) });
}

/** Those of all sections of this name; the last one counts. */
function fieldsOf(file: string, profile: string): ReadonlyMap<string, string> | undefined {
  let fields: Map<string, string> | undefined;
  let isInside = false;
  for (const line of file.split(/\r\n|\r|\n/)) {
    const section = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) {
      isInside = section === profile;
      if (isInside) fields ??= new Map();
      continue;
    }
    const [, name, value] = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isInside && name !== undefined && value) fields?.set(name.toLowerCase(), value);
  }
  return fields;
}
