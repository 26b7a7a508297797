import { issued, type SecretKind } from '../kind.ts';

export const chatKinds: readonly SecretKind[] = [
  issued('slack-token', 'Slack token (bot, user, workspace, legacy)', [
    'xox[abeoprs]-[0-9]{8,14}-[0-9A-Za-z-]{10,120}',
    'xoxe[.]xox[bp]-[0-9]-[A-Za-z0-9]{140,200}',
    'xoxe-[0-9]-[A-Za-z0-9]{140,200}',
    'xoxd-[A-Za-z0-9%+/_-]{40,400}',
  ]),
  issued('slack-app-token', 'Slack app-level token', 'xapp-[0-9]-[A-Z0-9]{8,16}-[0-9]{10,16}-[0-9a-z]{32,80}'),
  issued(
    'slack-webhook',
    'Slack webhook',
    'https://hooks.slack.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,80}',
    {
      entropy: 3.5,
    },
  ),
  issued(
    'discord-bot-token',
    'Discord bot token',
    '[MNO][DTjz][AEIMQUYcgk][w-z0-5][A-Za-z0-9_-]{20,24}[.][A-Za-z0-9_-]{6}[.][A-Za-z0-9_-]{27,40}',
    {
      entropy: 3.8,
    },
  ),
  issued(
    'discord-webhook',
    'Discord webhook',
    'https://(?:ptb[.]|canary[.])?(?:discordapp|discord).com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,80}',
  ),
  issued('telegram-bot-token', 'Telegram bot token', '[0-9]:AA[A-Za-z0-9_-]{33}', {
    startsAnywhere: true,
    entropy: 3.3,
  }),
  issued(
    'teams-webhook',
    'Microsoft Teams webhook',
    'https://[a-z0-9-]{1,63}.webhook.office.com/webhookb2/[0-9a-f-]{36}@[0-9a-f-]{36}/IncomingWebhook/[0-9a-f]{32}/[0-9a-f-]{36}(?:/[A-Za-z0-9_-]{20,80})?',
  ),
  issued(
    'google-chat-webhook',
    'Google Chat webhook',
    'https://chat.googleapis.com/v1/spaces/[A-Za-z0-9_-]{8,16}/messages[?]key=[A-Za-z0-9_-]{39}&token=[A-Za-z0-9_%-]{40,60}',
  ),
  issued('zapier-webhook', 'Zapier webhook', 'https://hooks.zapier.com/hooks/catch/[0-9]{5,10}/[a-z0-9]{5,16}', {
    entropy: 0,
  }),
];
