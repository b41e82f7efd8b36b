import { expect, it } from 'vitest';
import { rateOf, slowdownFor } from '../../bench/hosts.ts';

it('the network of hosts at full speed is what it is called', () => {
  expect(rateOf('none', 1)).toEqual(['none']);
  expect(rateOf('1gbit', 1)).toEqual(['1000000kbit', '20ms']);
  expect(rateOf('200mbit', 1)).toEqual(['200000kbit', '20ms']);
});

it('hosts with a processor of their own are as slow as the machine is too small for all of them', () => {
  expect(slowdownFor(17, 2)).toBe(10);
  expect(slowdownFor(33, 2)).toBe(19);
  // Together they get no more than the machine has, with room for what else runs there.
  expect(17 / slowdownFor(17, 2)).toBeLessThan(2 * 0.9);
  expect(slowdownFor(2, 64)).toBe(1);
});

it('a slow network keeps as many bytes waiting as a fast one', () => {
  expect(rateOf('1gbit', 20)).toEqual(['50000kbit', '400ms']);
  expect(rateOf('none', 20)).toEqual(['none']);
});
