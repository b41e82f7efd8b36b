import { describe, expect, it } from 'vitest';
import { secretsIn } from '../../../src/rehearsal/conf-secrets.ts';

describe('secretsIn', () => {
  it('finds passwords by their keys and in addresses', () => {
    const properties = [
      '[eggroll]',
      'eggroll.resourcemanager.clustermanager.jdbc.password=p=ss word',
      'eggroll.resourcemanager.clustermanager.jdbc.url=jdbc:mysql://db:3306/x?user=u&password=in-url&useSSL=false',
      'eggroll.core.security.ca.crt.path=',
      'site.api_token = t0ken',
      'site.password_2=second',
      'eggroll.password.policy=none',
      '# commented.password=old',
      'empty.password=',
    ].join('\n');
    expect(secretsIn(properties)).toEqual(['p=ss word', 'in-url', 't0ken', 'second']);
  });
});
