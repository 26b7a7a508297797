import { issued, named, type SecretKind } from '../kind.ts';

export const mailKinds: readonly SecretKind[] = [
  issued('twilio-api-key', 'Twilio API key', 'SK[0-9a-f]{32}'),
  named('twilio-auth-token', 'Twilio auth token', 'twilio', '[0-9a-f]{32}'),
  issued('sendgrid-key', 'SendGrid key', 'SG.[A-Za-z0-9_-]{22}[.][A-Za-z0-9_-]{43}', { entropy: 3.5 }),
  issued('mailgun-key', 'Mailgun key', 'key-[0-9a-f]{32}'),
  issued('mailchimp-key', 'Mailchimp key', '[0-9a-f]{32}-us[0-9]{1,2}', {
    lead: { anchor: '-us', characters: '0-9a-f', max: 32 },
  }),
  issued('mandrill-key', 'Mandrill key', 'md-[A-Za-z0-9_-]{22}', { entropy: 3.5 }),
  named(
    'postmark-token',
    'Postmark server token',
    '(?:postmark|x-postmark-server)',
    '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  ),
  issued('brevo-key', 'Brevo key', 'xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}'),
  issued('resend-key', 'Resend key', 're_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}', { entropy: 3.5 }),
];
