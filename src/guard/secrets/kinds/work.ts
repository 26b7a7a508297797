import { issued, named, type SecretKind } from '../kind.ts';

export const workKinds: readonly SecretKind[] = [
  named('okta-token', 'Okta token', 'okta', '00[A-Za-z0-9_-]{40}', { entropy: 3.5 }),
  named('auth0-client-secret', 'Auth0 client secret', 'auth0', '[A-Za-z0-9_-]{64}', { entropy: 4 }),
  issued('linear-key', 'Linear key', 'lin_(?:api|oauth)_[A-Za-z0-9]{40,64}', { entropy: 3.5 }),
  issued('notion-token', 'Notion token', ['ntn_[A-Za-z0-9]{43,46}', 'secret_[A-Za-z0-9]{43}'], { entropy: 3.5 }),
  issued('figma-token', 'Figma token', 'fig(?:d|or|oh|o|ur|uh)_[A-Za-z0-9_-]{40,64}', { entropy: 3.5 }),
  issued('airtable-token', 'Airtable token', 'pat[A-Za-z0-9]{14}[.][0-9a-f]{64}'),
  issued('atlassian-token', 'Atlassian API token', 'ATATT3xFfG[A-Za-z0-9_=-]{150,240}', { entropy: 3.5 }),
  named('atlassian-token-by-name', 'Atlassian token by its name', '(?:atlassian|confluence|jira)', '[A-Za-z0-9]{24}', {
    entropy: 3.5,
  }),
  issued('asana-token', 'Asana token', '[0-9]/[0-9]{15,17}(?:/[0-9]{15,17})?:[0-9a-f]{32}'),
  issued('dropbox-token', 'Dropbox token', 'sl.(?:u[.])?[A-Za-z0-9_-]{100,1400}', { entropy: 3.5 }),
  issued('contentful-token', 'Contentful token', 'CFPAT-[A-Za-z0-9_-]{43}', { entropy: 3.5 }),
  issued('typeform-token', 'Typeform token', 'tfp_[A-Za-z0-9_.=-]{44,59}', { entropy: 3.5 }),
  issued(
    'hubspot-token',
    'HubSpot token',
    'pat-(?:na|eu|ap)[0-9]-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  ),
  issued('onepassword-token', '1Password service account token', 'ops_eyJ[A-Za-z0-9+/_-]{200,1500}={0,2}', {
    entropy: 4,
  }),
  issued(
    'onepassword-secret-key',
    '1Password secret key',
    'A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}',
  ),
  issued(
    'tailscale-key',
    'Tailscale key',
    'tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{10,24}-[A-Za-z0-9]{20,40}',
  ),
];
