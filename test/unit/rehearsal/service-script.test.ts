import { expect, test } from 'vitest';
import { releases } from '../../../src/rehearsal/releases.ts';
import { serviceScript } from '../../../src/rehearsal/service-script.ts';

test('pid files lie in the home in 2.0.0 and in bin after it', () => {
  expect(serviceScript('2.0.0')).toContain(`pid_file_name='%s_pid'`);
  for (const version of ['2.0.1', '2.0.2', '2.1.0'] as const) {
    expect(serviceScript(version)).toContain(`pid_file_name='bin/%s'`);
  }
});

test('2.2.0 alone cuts values at the second equals sign', () => {
  const short = releases.filter((version) => serviceScript(version).includes("value_fields='2'"));
  expect(short).toEqual(['2.2.0']);
});

test('RollSite has another class in 2.2', () => {
  expect(serviceScript('2.1.0')).toContain('com.webank.eggroll.rollsite.Proxy');
  expect(serviceScript('3.0.0-beta')).toContain('com.webank.eggroll.rollsite.EggSiteBootstrap');
});

test('3.0.0 to 3.2.0 have one script, with a dashboard', () => {
  expect(new Set(['3.0.0', '3.1.0', '3.2.0'].map((version) => serviceScript(version as '3.0.0'))).size).toBe(1);
  expect(serviceScript('3.2.0')).toContain('org.fedai.eggroll.webapp.JettyServer');
});
