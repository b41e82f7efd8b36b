import { describe, expect, it } from 'vitest';
import { retryPlaceOf } from '../../../src/config/retry-place.ts';

describe('retryPlaceOf', () => {
  it('is told by two variables, whatever is wrong with others', () => {
    const env = { STATE_DIR: '/kept', RETRY_OF: 'nightly', MYSQL_PORT: 'none at all' };
    expect(retryPlaceOf(env)).toEqual({ stateDir: '/kept', retryOf: 'nightly' });
    expect(retryPlaceOf({ RETRY_OF: 'nightly' })).toEqual({ stateDir: '/state', retryOf: 'nightly' });
  });

  it('is nowhere without a name, or with one that could lead out of the folder', () => {
    expect(retryPlaceOf({ STATE_DIR: '/kept' })).toBeUndefined();
    expect(retryPlaceOf({ RETRY_OF: '../../etc' })).toBeUndefined();
  });
});
