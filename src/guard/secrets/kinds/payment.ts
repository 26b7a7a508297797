import { issued, type SecretKind } from '../kind.ts';

export const paymentKinds: readonly SecretKind[] = [
  issued('stripe-key', 'Stripe secret or restricted key', '(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{20,247}'),
  issued('stripe-webhook-secret', 'Stripe webhook secret', 'whsec_[A-Za-z0-9+/]{32,64}={0,2}'),
  issued(
    'square-token',
    'Square token',
    ['sq0(?:atp|idp)-[A-Za-z0-9_-]{22}', 'sq0csp-[A-Za-z0-9_-]{43}', 'EAAA[A-Za-z0-9_-]{60}'],
    { entropy: 3.5 },
  ),
  issued(
    'braintree-token',
    'PayPal Braintree access token',
    'access_token$(?:production|sandbox)$[0-9a-z]{16}$[0-9a-f]{32}',
  ),
  issued('adyen-key', 'Adyen API key', 'AQE[a-z]h[A-Za-z0-9+/]{80,300}={0,2}', { entropy: 4 }),
  issued('shopify-token', 'Shopify token', 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}'),
  issued('flutterwave-key', 'Flutterwave secret key', 'FLWSECK(?:_TEST)?-[0-9a-fA-F]{12,40}-X'),
  issued(
    'plaid-token',
    'Plaid access token',
    'access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  ),
  issued('razorpay-key', 'Razorpay key', 'rzp_(?:live|test)_[A-Za-z0-9]{14}'),
  issued('mollie-key', 'Mollie key', '(?:live|test)_[A-Za-z0-9]{30}', { entropy: 3.5, check: 'mixed' }),
];
