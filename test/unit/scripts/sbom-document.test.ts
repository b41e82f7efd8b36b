import { describe, expect, it } from 'vitest';
import { type Document, readPackages, type SbomFacts, sbomDocument } from '../../../scripts/sbom-document.ts';
import { schemaProblems } from '../../support/cyclonedx.ts';

const npm: Document = {
  metadata: {
    tools: [{ vendor: 'npm', name: 'cli', version: '11.0.0' }],
    component: { type: 'library', 'bom-ref': 'eggroll-upgrade@1.2.3', name: 'app', version: '1.2.3' },
  },
  components: [{ type: 'library', 'bom-ref': 'ssh2@1.0.0', name: 'ssh2', version: '1.0.0' }],
  dependencies: [{ ref: 'eggroll-upgrade@1.2.3', dependsOn: ['ssh2@1.0.0'] }, { ref: 'ssh2@1.0.0' }],
};

const lines = [
  'deb\tlibc6\t2.41-12+deb13u1\tamd64\tglibc\t2.41-12+deb13u1\tdebian-13\tGPL-2+;LGPL-2.1+',
  'deb\tbsdutils\t1:2.41.5-1\tamd64\tutil-linux\t2.41.5-1\tdebian-13\tBSD-3-clause',
  'deb\ttini\t0.19.0-3\tamd64\ttini\t0.19.0-3\tdebian-13\tExpat',
  'deb\ttzdata\t2026a\tall\ttzdata\t2026a\tdebian-13\tpublic-domain',
  'deb\tbare\t1\tall\tbare\t1\tdebian-13\t',
  '',
].join('\n');

const facts: SbomFacts = {
  npm,
  packages: readPackages(lines),
  nodeVersion: '24.1.0',
  created: '2026-01-02T03:04:05.000Z',
};

const componentsOf = (changes: Partial<SbomFacts> = {}) =>
  sbomDocument({ ...facts, ...changes })['components'] as { name: string; purl?: string; licenses?: unknown }[];
const component = (name: string, changes?: Partial<SbomFacts>) =>
  componentsOf(changes).find((candidate) => candidate.name === name);

describe('sbomDocument', () => {
  it('is valid by the schema of CycloneDX', async () => {
    expect(await schemaProblems(JSON.stringify(sbomDocument(facts)))).toBeUndefined();
    expect(await schemaProblems(JSON.stringify({ ...sbomDocument(facts), serialNumber: 'none' }))).toBeDefined();
  });

  it('names packages as scanners look for them', () => {
    expect(component('libc6')?.purl).toBe(
      'pkg:deb/debian/libc6@2.41-12%2Bdeb13u1?arch=amd64&distro=debian-13&upstream=glibc',
    );
    expect(component('bsdutils')?.purl).toBe(
      'pkg:deb/debian/bsdutils@1:2.41.5-1?arch=amd64&distro=debian-13&upstream=util-linux%402.41.5-1',
    );
    expect(component('tini')?.purl).toBe('pkg:deb/debian/tini@0.19.0-3?arch=amd64&distro=debian-13');
    expect(component('nodejs')).toMatchObject({ version: '24.1.0', cpe: expect.stringContaining(':node.js:24.1.0:') });
    expect(component('debian')).toMatchObject({ type: 'operating-system', version: '13' });
  });

  it('tells a licence when there is one alone', () => {
    expect(component('tini')?.licenses).toEqual([{ license: { id: 'MIT' } }]);
    expect(component('tzdata')?.licenses).toEqual([{ license: { name: 'public-domain' } }]);
    expect(component('libc6')?.licenses).toBeUndefined();
    expect(component('bare')?.licenses).toBeUndefined();
  });

  it('takes the packages of another system as they are', () => {
    const rpm = 'rpm\topenssl-libs\t3.0.7-1.el9\tx86_64\topenssl-3.0.7-1.el9.src.rpm\t\tol-9.4\tApache-2.0';
    const alone = 'generic\tmysql-client\t8.4.5\t\t\t\t\t';
    const packages = [...facts.packages, ...readPackages(`${rpm}\n${alone}\n`, '/opt/mysql')];
    expect(component('openssl-libs', { packages })).toMatchObject({
      purl: 'pkg:rpm/ol/openssl-libs@3.0.7-1.el9?arch=x86_64&distro=ol-9.4&upstream=openssl-3.0.7-1.el9.src.rpm',
      properties: [{ name: 'eggroll-upgrade:location', value: '/opt/mysql' }],
    });
    expect(component('mysql-client', { packages })?.purl).toBe('pkg:generic/mysql-client@8.4.5');
  });

  it('has a package once that is installed and copied in', () => {
    const packages = [...facts.packages, ...readPackages(lines, '/opt/mysql')];
    const found = componentsOf({ packages });
    expect(found).toHaveLength(componentsOf().length);
    expect(JSON.stringify(found)).not.toContain('/opt/mysql');
  });

  it('has every part below the image, and refers to nothing that is not there', () => {
    const { components, dependencies, metadata } = sbomDocument(facts) as unknown as Document;
    const refs = [metadata.component, ...components].map((each) => each['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    expect(dependencies.map(({ ref }) => ref).toSorted()).toEqual(refs.toSorted());
    const reached = new Set(dependencies.flatMap(({ dependsOn = [] }) => dependsOn));
    expect([...reached, metadata.component['bom-ref']].toSorted()).toEqual(refs.toSorted());
  });

  it('is the same for the same facts, and has another number for others', () => {
    const number = (changes: Partial<SbomFacts>) => sbomDocument({ ...facts, ...changes })['serialNumber'];
    expect(JSON.stringify(sbomDocument(facts))).toBe(JSON.stringify(sbomDocument(facts)));
    expect(number({ nodeVersion: '24.2.0' })).not.toBe(number({}));
    expect(sbomDocument({ ...facts, created: undefined })['metadata']).not.toHaveProperty('timestamp');
  });
});

describe('readPackages', () => {
  it('takes no line with too few columns', () => {
    expect(() => readPackages('deb\tlibc6\n')).toThrow('libc6');
  });
});
