import { between, issued, named, type SecretKind } from '../kind.ts';

export const cloudKinds: readonly SecretKind[] = [
  issued('aws-access-key-id', 'AWS access key id', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}'),
  issued(
    'aws-secret-access-key',
    'AWS secret access key',
    `(?:aws[_-]?)?secret[_-]?(?:access[_-]?)?key${between}<[A-Za-z0-9/+]{40}>`,
    { score: 0.8, ignoreCase: true, startsAnywhere: true, entropy: 4 },
  ),
  named('aws-session-token', 'AWS session token', 'aws_session_token', '[A-Za-z0-9/+]{100,1200}={0,2}', { entropy: 4 }),
  issued('aws-bedrock-api-key', 'Amazon Bedrock API key', [
    'ABSK[A-Za-z0-9+/]{109,269}={0,2}',
    'bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/]{20,2000}={0,2}',
  ]),
  issued('aws-mws-key', 'Amazon MWS key', 'amzn.mws.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'),
  issued('google-api-key', 'Google API key (Cloud, Maps, Gemini)', 'AIza[A-Za-z0-9_-]{35}', { entropy: 3.5 }),
  issued('google-oauth-client-secret', 'Google OAuth client secret', 'GOCSPX-[A-Za-z0-9_-]{28}'),
  issued('google-oauth-access-token', 'Google OAuth access token', 'ya29.[A-Za-z0-9_-]{50,1000}', { entropy: 3.5 }),
  issued('google-oauth-refresh-token', 'Google OAuth refresh token', '1//0[A-Za-z0-9_-]{60,200}', { entropy: 3.5 }),
  issued(
    'gcp-service-account-key-id',
    'GCP service account key id',
    '"private_key_id"[ ]{0,3}:[ ]{0,3}"<[0-9a-f]{40}>',
  ),
  issued('azure-storage-key', 'Azure storage account key', 'AccountKey=<[A-Za-z0-9+/]{86}==>', {
    ignoreCase: true,
    startsAnywhere: true,
    entropy: 4,
  }),
  issued('azure-shared-access-key', 'Azure shared access key', 'SharedAccessKey=<[A-Za-z0-9+/]{43}=>', {
    ignoreCase: true,
    startsAnywhere: true,
    entropy: 3.5,
  }),
  issued('azure-sas-signature', 'signature of an Azure shared access URL', 'sig=<[A-Za-z0-9%+/]{43,64}={0,1}>', {
    ignoreCase: true,
    entropy: 3.5,
  }),
  // Three more characters stand before the digit. They are no secret, and without them no word has to be held back.
  issued('azure-client-secret', 'Microsoft Entra client secret', '[0-9]Q~[A-Za-z0-9_~.-]{31,34}', {
    startsAnywhere: true,
    entropy: 3.5,
  }),
  named(
    'azure-ai-key',
    'key of Azure OpenAI and AI services',
    'azure[ _-]?(?:openai|ai|cognitive|search|speech)',
    '(?:[A-Za-z0-9]{84}|[A-Za-z0-9]{52}|[0-9a-f]{32})',
  ),
  issued('digitalocean-token', 'DigitalOcean token', '(?:dop|doo|dor)_v1_[0-9a-f]{64}'),
  named(
    'cloudflare-api-token',
    'Cloudflare API token',
    '(?:cloudflare|cf_api|cf_token)',
    '(?:[A-Za-z0-9_-]{40}|[0-9a-f]{37})',
    {
      entropy: 3.3,
    },
  ),
  issued('cloudflare-origin-ca-key', 'Cloudflare origin CA key', 'v1.0-[0-9a-f]{24}-[0-9a-f]{146}'),
  issued(
    'cloudflare-scannable-token',
    'Cloudflare token with a prefix',
    '(?:cfk|cfut|cfat)_[A-Za-z0-9]{40}[0-9a-f]{8}',
  ),
  issued(
    'heroku-api-key',
    'Heroku API key',
    'HRKU-(?:AA[A-Za-z0-9_-]{58}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})',
  ),
  named(
    'heroku-api-key-by-name',
    'Heroku API key by its name',
    'heroku',
    '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  ),
  issued('alibaba-access-key-id', 'Alibaba Cloud access key id', 'LTAI[A-Za-z0-9]{20}'),
  named(
    'alibaba-access-key-secret',
    'Alibaba Cloud access key secret',
    '(?:alibaba|aliyun|alicloud)',
    '[A-Za-z0-9]{30}',
    { entropy: 3.5 },
  ),
  issued('tencent-secret-id', 'Tencent Cloud secret id', 'AKID[A-Za-z0-9]{32}', { entropy: 3.5 }),
  named('hetzner-api-token', 'Hetzner API token', '(?:hetzner|hcloud)', '[A-Za-z0-9]{64}', { entropy: 4 }),
  issued(
    'ibm-cloud-api-key',
    'IBM Cloud API key',
    `(?:ibm[_-]?cloud|bluemix|watson)[_-]?(?:api)?[_-]?key${between}<[A-Za-z0-9_-]{44}>`,
    {
      score: 0.7,
      ignoreCase: true,
      startsAnywhere: true,
      entropy: 3.8,
    },
  ),
  issued('flyio-token', 'Fly.io token', 'fm2_[A-Za-z0-9+/]{100,1000}={0,2}', { entropy: 4 }),
  issued('planetscale-token', 'PlanetScale token or password', 'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}'),
  issued('supabase-key', 'Supabase key', ['sbp_[0-9a-f]{40}', 'sb_secret_[A-Za-z0-9_-]{20,50}']),
  named('vercel-token', 'Vercel token', 'vercel', '[A-Za-z0-9]{24}', { entropy: 3.5 }),
  issued('netlify-token', 'Netlify token', 'nfp_[A-Za-z0-9]{36}'),
  issued('scaleway-access-key', 'Scaleway access key', 'SCW[A-Z0-9]{17}'),
];
