import { describe, expect, it } from 'vitest';
import { readAwsKey } from './aws-key-file.ts';

const file = `
# of the platform team
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key=default/secret+with=signs
region = eu-west-1

[ models ]
AWS_ACCESS_KEY_ID = AKIAMODELS
aws_secret_access_key = models-secret
; for a while
aws_session_token = models-token

[half]
aws_access_key_id = AKIAHALF
aws_secret_access_key =

[role]
role_arn = arn:aws:iam::123456789012:role/models
source_profile = default

[pasted]
aws_access_key_id = AKIAPASTED
aws_secret_access_key = two words

[models]
aws_secret_access_key = newer-secret
`;

describe('readAwsKey()', () => {
  it('finds the key of a profile', () => {
    expect(readAwsKey(file, 'default')).toEqual({
      ok: true,
      value: { accessKeyId: 'AKIADEFAULT', secretAccessKey: 'default/secret+with=signs' },
    });
  });

  it('takes what stands last where a profile stands twice', () => {
    expect(readAwsKey(file.replaceAll('\n', '\r\n'), 'models')).toEqual({
      ok: true,
      value: { accessKeyId: 'AKIAMODELS', secretAccessKey: 'newer-secret', sessionToken: 'models-token' },
    });
  });

  it.each([
    ['other', 'has no profile "other"'],
    ['half', 'has no aws_secret_access_key in profile "half"'],
    ['role', 'leaves profile "role" to role_arn, which is not served'],
    ['pasted', 'has something in profile "pasted" that is no key'],
  ])('says of profile %s what is missing, and nothing of what is there', (profile, error) => {
    expect(readAwsKey(file, profile)).toEqual({ ok: false, error });
  });

  it('finds nothing in what is no such file', () => {
    expect(readAwsKey('AKIADEFAULT:secret', 'default')).toEqual({ ok: false, error: 'has no profile "default"' });
  });
});
