import { crc32 } from 'node:zlib';
import type { Random } from '../../../lib/testing/random.ts';

const digits = '0123456789';
const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = lower.toUpperCase();
const letters = lower + upper;
const word = letters + digits;
const url = `${word}-_`;
const base64 = `${word}+/`;
const hex = `${digits}abcdef`;
const base62 = digits + upper + lower;

function uuid(r: Random): string {
  return [8, 4, 4, 4, 12].map((length) => r.text(hex, length)).join('-');
}

/** Random characters and their CRC-32 in base 62; `before` is summed as well. */
function summed(r: Random, length: number, before = ''): string {
  const body = r.text(word, length);
  let rest = crc32(before + body);
  let sum = '';
  for (let count = 0; count < 6; count += 1) {
    sum = base62.charAt(rest % 62) + sum;
    rest = Math.floor(rest / 62);
  }
  return before + body + sum;
}

function lines(r: Random, count: number): string {
  return Array.from({ length: count }, () => r.text(base64, 64)).join('\n');
}

/** A private key as a tool writes it. */
export function pem(r: Random, label = 'RSA ', count = 12): string {
  const marker = (end: string): string => `-----${end} ${label}PRIV${'ATE KEY'}-----`;
  return `${marker('BEGIN')}\n${lines(r, count)}\n${r.text(base64, 30)}==\n${marker('END')}`;
}

function jwt(r: Random): string {
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT', kid: r.text(word, 6) })).toString('base64url');
  const claims = Buffer.from(JSON.stringify({ sub: r.text(word, 20), exp: 1_900_000_000 })).toString('base64url');
  return `${header}.${claims}.${r.text(url, 43)}`;
}

/** Everything in front of a `¦` is context, not the secret; forms are put together here so that no scanner trips. */
type Sample = (r: Random) => string;

/** One line for each kind, written from what issuers document and not from our patterns. */
export const samples: Readonly<Record<string, Sample>> = {
  'aws-access-key-id': (r) => `AK${'IA'}${r.text(`${upper}234567`, 16)}`,
  'aws-secret-access-key': (r) => `aws_secret_access_key = ¦${r.text(base64, 40)}`,
  'aws-session-token': (r) => `AWS_SESSION_TOKEN=¦${r.text(base64, 300)}==`,
  'aws-bedrock-api-key': (r) => `AB${'SK'}${r.text(base64, 128)}=`,
  'aws-mws-key': (r) => `amzn.${'mws'}.${uuid(r)}`,
  'google-api-key': (r) => `AI${'za'}${r.text(url, 35)}`,
  'google-oauth-client-secret': (r) => `GOC${'SPX'}-${r.text(url, 28)}`,
  'google-oauth-access-token': (r) => `ya${'29'}.${r.text(url, 120)}`,
  'google-oauth-refresh-token': (r) => `1/${'/0'}${r.text(url, 100)}`,
  'gcp-service-account-key-id': (r) => `"private_key_id": "¦${r.text(hex, 40)}`,
  'azure-storage-key': (r) => `DefaultEndpointsProtocol=https;AccountKey=¦${r.text(base64, 86)}==`,
  'azure-shared-access-key': (r) => `SharedAccessKey=¦${r.text(base64, 43)}=`,
  'azure-sas-signature': (r) => `?sv=2022-11-02&sig=¦${r.text(word, 43)}%3D`,
  'azure-client-secret': (r) => `${r.text(word, 3)}¦8${'Q~'}${r.text(word, 34)}`,
  'azure-ai-key': (r) => `AZURE_OPENAI_API_KEY=¦${r.text(word, 84)}`,
  'digitalocean-token': (r) => `dop${'_v1_'}${r.text(hex, 64)}`,
  'cloudflare-api-token': (r) => `CLOUDFLARE_API_TOKEN=¦${r.text(word, 40)}`,
  'cloudflare-origin-ca-key': (r) => `v1${'.0'}-${r.text(hex, 24)}-${r.text(hex, 146)}`,
  'cloudflare-scannable-token': (r) => `cf${'ut'}_${r.text(word, 40)}${r.text(hex, 8)}`,
  'heroku-api-key': (r) => `HR${'KU'}-AA${r.text(word, 58)}`,
  'heroku-api-key-by-name': (r) => `heroku_api_key: ¦${uuid(r)}`,
  'alibaba-access-key-id': (r) => `LT${'AI'}${r.text(word, 20)}`,
  'alibaba-access-key-secret': (r) => `aliyun_access_key = ¦${r.text(word, 30)}`,
  'tencent-secret-id': (r) => `AK${'ID'}${r.text(word, 32)}`,
  'hetzner-api-token': (r) => `HCLOUD_TOKEN=¦${r.text(word, 64)}`,
  'ibm-cloud-api-key': (r) => `IBM_CLOUD_API_KEY=¦${r.text(url, 44)}`,
  'flyio-token': (r) => `fm${'2_'}${r.text(base64, 200)}`,
  'planetscale-token': (r) => `pscale${'_tkn_'}${r.text(word, 43)}`,
  'supabase-key': (r) => `sb${'p_'}${r.text(hex, 40)}`,
  'vercel-token': (r) => `VERCEL_TOKEN=¦${r.text(word, 24)}`,
  'netlify-token': (r) => `nf${'p_'}${r.text(word, 36)}`,
  'scaleway-access-key': (r) => `SC${'W'}${r.text(upper + digits, 17)}`,
  'github-token': (r) => `gh${'p_'}${summed(r, 30)}`,
  'github-refresh-token': (r) => `gh${'r_'}${r.text(word, 76)}`,
  'github-fine-grained-token': (r) => `github${'_pat_'}${r.text(word, 22)}_${r.text(word, 59)}`,
  'gitlab-token': (r) => `gl${'pat'}-${r.text(url, 20)}`,
  'bitbucket-app-password': (r) => `AT${'BB'}${r.text(word, 32)}`,
  'bitbucket-repository-token': (r) => `AT${'CTT3xFfG'}${r.text(url, 180)}`,
  'npm-token': (r) => `np${'m_'}${summed(r, 30)}`,
  'pypi-token': (r) => `py${'pi'}-AgEIcHlwaS5vcmc${r.text(url, 150)}`,
  'rubygems-key': (r) => `ruby${'gems_'}${r.text(hex, 48)}`,
  'crates-io-token': (r) => `ci${'o'}${r.text(word, 32)}`,
  'nuget-key': (r) => `oy${'2'}${r.text(lower + digits, 43)}`,
  'clojars-token': (r) => `CLO${'JARS_'}${r.text(lower + digits, 60)}`,
  'docker-hub-token': (r) => `dckr${'_pat_'}${r.text(url, 27)}`,
  'terraform-cloud-token': (r) => `${r.text(word, 14)}¦.atlas${'v1'}.${r.text(word, 67)}`,
  'vault-token': (r) => `hv${'s.'}${r.text(word, 95)}`,
  'circleci-token': (r) => `CCI${'PAT_'}${r.text(word, 22)}_${r.text(hex, 40)}`,
  'buildkite-token': (r) => `bk${'ua_'}${r.text(lower + digits, 40)}`,
  'travis-token': (r) => `travis_token: ¦${r.text(word, 22)}`,
  'codecov-token': (r) => `CODECOV_TOKEN=¦${uuid(r)}`,
  'sonarqube-token': (r) => `sq${'u_'}${r.text(hex, 40)}`,
  'jfrog-token': (r) => `AK${'Cp'}${r.text(word, 69)}`,
  'pulumi-token': (r) => `pu${'l-'}${r.text(hex, 40)}`,
  'postman-key': (r) => `PM${'AK'}-${r.text(hex, 24)}-${r.text(hex, 34)}`,
  'doppler-token': (r) => `dp${'.pt.'}${r.text(word, 43)}`,
  'slack-token': (r) => `xo${'xb'}-${r.text(digits, 12)}-${r.text(digits, 12)}-${r.text(word, 24)}`,
  'slack-app-token': (r) => `xa${'pp'}-1-${r.text(upper, 11)}-${r.text(digits, 13)}-${r.text(hex, 64)}`,
  'slack-webhook': (r) =>
    `https://hooks.${'slack'}.com/services/T${r.text(upper, 10)}/B${r.text(upper, 10)}/${r.text(word, 24)}`,
  'discord-bot-token': (r) =>
    `${Buffer.from(`1${r.text(digits, 17)}`).toString('base64url')}.${r.text(word, 6)}.${r.text(word, 38)}`,
  'discord-webhook': (r) => `https://${'discord'}.com/api/webhooks/${r.text(digits, 18)}/${r.text(url, 68)}`,
  'telegram-bot-token': (r) => `${r.text(digits, 9)}¦5:A${'A'}${r.text(url, 33)}`,
  'teams-webhook': (r) =>
    `https://acme.webhook.${'office'}.com/webhookb2/${uuid(r)}@${uuid(r)}/IncomingWebhook/${r.text(hex, 32)}/${uuid(r)}`,
  'google-chat-webhook': (r) =>
    `https://chat.${'googleapis'}.com/v1/spaces/${r.text(word, 11)}/messages?key=${r.text(url, 39)}&token=${r.text(url, 43)}`,
  'zapier-webhook': (r) => `https://hooks.${'zapier'}.com/hooks/catch/${r.text(digits, 7)}/${r.text(lower, 7)}`,
  'stripe-key': (r) => `sk${'_live_'}${r.text(word, 99)}`,
  'stripe-webhook-secret': (r) => `wh${'sec_'}${r.text(word, 32)}`,
  'square-token': (r) => `sq${'0atp'}-${r.text(url, 22)}`,
  'braintree-token': (r) => `access${'_token'}$production$${r.text(lower + digits, 16)}$${r.text(hex, 32)}`,
  'adyen-key': (r) => `AQ${'Eyh'}${r.text(base64, 100)}=`,
  'shopify-token': (r) => `sh${'pat_'}${r.text(hex, 32)}`,
  'flutterwave-key': (r) => `FLW${'SECK'}-${r.text(hex, 32)}-X`,
  'plaid-token': (r) => `access${'-production'}-${uuid(r)}`,
  'razorpay-key': (r) => `rzp${'_live_'}${r.text(word, 14)}`,
  'mollie-key': (r) => `li${'ve_'}${r.text(word, 30)}`,
  'sluice-key': (r) => summed(r, 43, `sk-${'sluice'}-`),
  'openai-key': (r) => `sk${'-proj'}-${r.text(url, 74)}T3Blbk${'FJ'}${r.text(url, 74)}`,
  'anthropic-key': (r) => `sk${'-ant'}-api03-${r.text(url, 93)}AA`,
  'openrouter-key': (r) => `sk${'-or'}-v1-${r.text(hex, 64)}`,
  'deepseek-key': (r) => `sk${'-'}${r.text(hex, 32)}`,
  'langfuse-key': (r) => `sk${'-lf'}-${uuid(r)}`,
  'langsmith-key': (r) => `ls${'v2_pt'}_${r.text(hex, 32)}_${r.text(hex, 10)}`,
  'hugging-face-token': (r) => `h${'f_'}${r.text(letters, 34)}`,
  'groq-key': (r) => `gs${'k_'}${r.text(word, 52)}`,
  'perplexity-key': (r) => `pp${'lx'}-${r.text(word, 48)}`,
  'replicate-token': (r) => `r${'8_'}${r.text(word, 37)}`,
  'xai-key': (r) => `xa${'i-'}${r.text(word, 80)}`,
  'fireworks-key': (r) => `f${'w_'}${r.text(word, 24)}`,
  'nvidia-key': (r) => `nv${'api'}-${r.text(url, 64)}`,
  'cerebras-key': (r) => `cs${'k-'}${r.text(lower + digits, 48)}`,
  'tavily-key': (r) => `tv${'ly'}-dev-${r.text(word, 32)}`,
  'pinecone-key': (r) => `pc${'sk_'}${r.text(word, 6)}_${r.text(word, 63)}`,
  'elevenlabs-key': (r) => `s${'k_'}${r.text(hex, 48)}`,
  'weights-and-biases-key': (r) => `wandb${'_v1_'}${r.text(word, 77)}`,
  'vertex-express-key': (r) => `A${'Q.Ab'}${r.text(url, 48)}`,
  'cohere-key': (r) => `COHERE_API_KEY=¦${r.text(word, 40)}`,
  'mistral-key': (r) => `MISTRAL_API_KEY=¦${r.text(word, 32)}`,
  'together-key': (r) => `TOGETHER_API_KEY="¦${r.text(hex, 64)}`,
  'twilio-api-key': (r) => `S${'K'}${r.text(hex, 32)}`,
  'twilio-auth-token': (r) => `twilio_auth_token = "¦${r.text(hex, 32)}`,
  'sendgrid-key': (r) => `S${'G.'}${r.text(url, 22)}.${r.text(url, 43)}`,
  'mailgun-key': (r) => `ke${'y-'}${r.text(hex, 32)}`,
  'mailchimp-key': (r) => `${r.text(hex, 32)}-u${'s'}${1 + r.below(20)}`,
  'mandrill-key': (r) => `m${'d-'}${r.text(word, 22)}`,
  'postmark-token': (r) => `X-Postmark-Server-Token: ¦${uuid(r)}`,
  'brevo-key': (r) => `xkey${'sib'}-${r.text(hex, 64)}-${r.text(word, 16)}`,
  'resend-key': (r) => `r${'e_'}${r.text(word, 8)}_${r.text(word, 24)}`,
  'datadog-key': (r) => `DATADOG_API_KEY=¦${r.text(hex, 32)}`,
  'new-relic-key': (r) => `NR${'AK'}-${r.text(upper + digits, 27)}`,
  'new-relic-licence-key': (r) => `${r.text(hex, 36)}NR${'AL'}`,
  'grafana-token': (r) => `gl${'sa_'}${r.text(word, 32)}_${r.text(hex, 8)}`,
  'sentry-token': (r) => `sntry${'u_'}${r.text(hex, 64)}`,
  'sentry-dsn-secret': (r) => `https://${r.text(hex, 32)}:¦${r.text(hex, 32)}¦@o1.ingest.test/42`,
  'pagerduty-key': (r) => `PAGERDUTY_API_KEY=¦${r.text(word, 20)}`,
  'dynatrace-token': (r) => `dt${'0c01'}.${r.text(upper + digits, 24)}.${r.text(upper + digits, 64)}`,
  'honeycomb-key': (r) => `hc${'aik_'}${r.text(lower + digits, 58)}`,
  'posthog-personal-key': (r) => `ph${'x_'}${r.text(word, 43)}`,
  'okta-token': (r) => `okta_api_token: ¦00${r.text(word, 40)}`,
  'auth0-client-secret': (r) => `AUTH0_CLIENT_SECRET=¦${r.text(url, 64)}`,
  'linear-key': (r) => `lin${'_api_'}${r.text(word, 40)}`,
  'notion-token': (r) => `nt${'n_'}${r.text(word, 46)}`,
  'figma-token': (r) => `fi${'gd_'}${r.text(url, 43)}`,
  'airtable-token': (r) => `pa${'t'}${r.text(word, 14)}.${r.text(hex, 64)}`,
  'atlassian-token': (r) => `AT${'ATT3xFfG'}F0${r.text(url, 180)}`,
  'atlassian-token-by-name': (r) => `JIRA_API_TOKEN=¦${r.text(word, 24)}`,
  'asana-token': (r) => `1/${r.text(digits, 16)}:${r.text(hex, 32)}`,
  'dropbox-token': (r) => `s${'l.'}${r.text(url, 136)}`,
  'contentful-token': (r) => `CF${'PAT'}-${r.text(url, 43)}`,
  'typeform-token': (r) => `tf${'p_'}${r.text(word, 44)}`,
  'hubspot-token': (r) => `pa${'t-na1'}-${uuid(r)}`,
  'onepassword-token': (r) => `ops${'_eyJ'}${r.text(word, 300)}`,
  'onepassword-secret-key': (r) =>
    `A${'3'}-${r.text(upper, 6)}-${r.text(upper, 6)}-${r.text(upper, 5)}-${r.text(upper, 5)}-${r.text(upper, 5)}-${r.text(upper, 5)}`,
  'tailscale-key': (r) => `tskey${'-auth'}-${r.text(word, 16)}-${r.text(word, 32)}`,
  'postgres-url-password': (r) => `postgresql://app:¦${r.text(word, 16)}¦@db.internal:5432/main`,
  'mysql-url-password': (r) => `mysql+pymysql://root:¦${r.text(word, 12)}¦@10.0.0.3/shop`,
  'mongodb-url-password': (r) => `mongodb+srv://app:¦${r.text(word, 16)}¦@cluster0.mongo.test/db`,
  'redis-url-password': (r) => `rediss://:¦${r.text(word, 24)}¦@cache:6379/0`,
  'amqp-url-password': (r) => `amqps://mq:¦${r.text(word, 20)}¦@rabbit/vhost`,
  'sqlserver-url-password': (r) => `clickhouse://u:¦${r.text(word, 18)}¦@ch.internal:9000`,
  'http-url-password': (r) => `https://deploy:¦${r.text(word, 20)}¦@git.test/repo.git`,
  'jdbc-password': (r) => `jdbc:postgresql://db.internal:5432/main?user=app&password=${r.text(word, 16)}`,
  'databricks-token': (r) => `da${'pi'}${r.text(hex, 32)}`,
  'neo4j-password': (r) => `NEO4J_PASSWORD=¦${r.text(word, 43)}`,
  'snowflake-password': (r) => `SNOWFLAKE_PASSWORD=¦${r.text(word, 20)}`,
  'elastic-key': (r) => `ELASTIC_API_KEY=¦${r.text(word, 58)}==`,
  'confluent-secret': (r) => `cf${'lt'}${r.text(base64, 60)}`,
  'private-key': (r) => pem(r),
  'putty-private-key': (r) => `Private-Lines: 8\n¦${lines(r, 8)}`,
  'age-secret-key': (r) => `AGE-SECRET${'-KEY'}-1${r.text('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58)}`,
  'json-web-token': jwt,
  'json-web-key-private': (r) => `"kty": "EC", "d": "¦${r.text(url, 43)}¦"`,
  'wireguard-private-key': (r) => `PrivateKey = ¦${r.text(base64, 43)}=`,
  'command-line-password': (r) => `curl -sS -u deploy:¦${r.text(word, 14)}`,
  'basic-auth-header': (r) => `Authorization: Basic ¦${Buffer.from(`bob:${r.text(word, 17)}`).toString('base64')}`,
  'bearer-token': (r) => `Authorization: Bearer ¦${r.text(word, 40)}`,
  'generic-password': (r) => `password = "¦${r.text(word, 11)}7!Kq`,
  'generic-api-key': (r) => `api_key: "¦${r.text(word, 30)}9f`,
};

export interface Planted {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export function plant(sample: string): Planted {
  const [before = '', secret, after = ''] = sample.includes('¦') ? sample.split('¦') : ['', sample, ''];
  return { text: before + secret + after, start: before.length, end: before.length + (secret?.length ?? 0) };
}
