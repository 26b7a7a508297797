import { issued, named, type SecretKind } from '../kind.ts';

export const forgeKinds: readonly SecretKind[] = [
  issued('github-token', 'GitHub token (personal, OAuth, user, server)', 'gh[pous]_[A-Za-z0-9]{36}', {
    check: 'github-checksum',
  }),
  issued('github-refresh-token', 'GitHub refresh token', 'ghr_[A-Za-z0-9]{36,76}'),
  issued('github-fine-grained-token', 'GitHub fine-grained token', 'github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}'),
  issued('gitlab-token', 'GitLab token (personal, deploy, runner, trigger, feed, agent)', [
    '(?:glpat|gldt|glrtr|glrt|glcbt|glptt|glft|glimt|glagent|gloas|glsoat|glffct)-[A-Za-z0-9_-]{20,64}(?:[.][A-Za-z0-9]{2}[.][0-9a-z]{9})?',
    'GR1348941[A-Za-z0-9_-]{20}',
  ]),
  issued('bitbucket-app-password', 'Bitbucket app password', 'ATBB[A-Za-z0-9]{32}'),
  issued('bitbucket-repository-token', 'Bitbucket repository token', 'ATCTT3xFfG[A-Za-z0-9_=-]{100,220}', {
    entropy: 3.5,
  }),
  issued('npm-token', 'npm access token', 'npm_[A-Za-z0-9]{36}', { check: 'npm-checksum' }),
  issued('pypi-token', 'PyPI upload token', 'pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[A-Za-z0-9_-]{50,1000}', {
    entropy: 3.5,
  }),
  issued('rubygems-key', 'RubyGems key', 'rubygems_[0-9a-f]{48}'),
  issued('crates-io-token', 'crates.io token', 'cio[A-Za-z0-9]{32}', { entropy: 3.5 }),
  issued('nuget-key', 'NuGet key', 'oy2[a-z0-9]{43}', { entropy: 3.5 }),
  issued('clojars-token', 'Clojars token', 'CLOJARS_[a-z0-9]{60}'),
  issued('docker-hub-token', 'Docker Hub token', 'dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,44}'),
  issued('terraform-cloud-token', 'Terraform Cloud token', '[.]atlasv1[.][A-Za-z0-9_=-]{60,70}', {
    startsAnywhere: true,
    entropy: 3.5,
  }),
  issued('vault-token', 'HashiCorp Vault token', ['(?:hvs|hvb|hvr)[.][A-Za-z0-9_-]{24,300}'], { entropy: 3.5 }),
  issued('circleci-token', 'CircleCI token', 'CCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}'),
  issued('buildkite-token', 'Buildkite token', '(?:bkua|bkct|bkpt)_[0-9a-z]{40,64}'),
  named('travis-token', 'Travis CI token', 'travis', '[A-Za-z0-9_-]{22}', { entropy: 3.5 }),
  named(
    'codecov-token',
    'Codecov token',
    'codecov',
    '(?:[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})',
  ),
  issued('sonarqube-token', 'SonarQube token', '(?:squ|sqp|sqa)_[0-9a-f]{40}'),
  issued('jfrog-token', 'JFrog token', ['AKCp[A-Za-z0-9]{69}', 'cmVmdGtu[A-Za-z0-9]{56}'], { entropy: 3.5 }),
  issued('pulumi-token', 'Pulumi token', 'pul-[0-9a-f]{40}'),
  issued('postman-key', 'Postman key', 'PMAK-[0-9a-f]{24}-[0-9a-f]{34}'),
  issued(
    'doppler-token',
    'Doppler token',
    'dp.(?:pt|st|ct|sa|scim|audit)[.](?:[a-z0-9_-]{2,35}[.])?[A-Za-z0-9]{40,44}',
  ),
];
