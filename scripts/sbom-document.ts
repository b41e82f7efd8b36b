/** The CycloneDX document of the job's image, put together from what npm and the packages of the system say. Pure. */
import { createHash } from 'node:crypto';

/** What the document uses of CycloneDX 1.5. */
export interface Component {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly cpe?: string;
  readonly description?: string;
  readonly licenses?: readonly unknown[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

export interface Dependency {
  readonly ref: string;
  readonly dependsOn?: readonly string[];
}

/** As `npm sbom` prints it. */
export interface Document {
  readonly metadata: { readonly tools?: readonly unknown[]; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly Dependency[];
}

/** A line of images/sbom/packages.sh. */
export interface SystemPackage {
  readonly kind: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: string;
  readonly sourceVersion: string;
  /** `debian-13` */
  readonly distribution: string;
  readonly licences: readonly string[];
  /** Where it was copied to, when it is not installed. */
  readonly location?: string;
}

export interface SbomFacts {
  readonly npm: Document;
  readonly packages: readonly SystemPackage[];
  readonly nodeVersion: string;
  /** ISO 8601; undefined: the document has no date. */
  readonly created: string | undefined;
}

/** Equal facts give an equal document: it has no date but the one that is given, and its number comes from its content. */
export function sbomDocument({ npm, packages, nodeVersion, created }: SbomFacts): Record<string, unknown> {
  const { component: found, tools } = npm.metadata;
  // npm calls it by the name of the folder.
  const program: Component = { ...found, type: 'application', name: 'eggroll-upgrade' };
  const { version = 'unknown', description = '' } = program;
  const image: Component = {
    type: 'container',
    'bom-ref': `image:eggroll-upgrade@${version}`,
    name: 'eggroll-upgrade',
    version,
    description,
    ...(program.licenses && { licenses: program.licenses }),
  };
  const systems = systemsOf(packages);
  const system = distinct(packages.map(packageComponent));
  const own = [program, nodeComponent(nodeVersion), ...system];
  const body = {
    metadata: { lifecycles: [{ phase: 'build' }], tools, component: image },
    components: [...own, ...systems, ...npm.components],
    dependencies: [
      { ref: image['bom-ref'], dependsOn: [...own, ...systems].map((component) => component['bom-ref']) },
      ...npm.dependencies,
      ...[...own.slice(1), ...systems].map((component) => ({ ref: component['bom-ref'] })),
    ],
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([body, created]))}`,
    version: 1,
    ...body,
    metadata: { ...(created === undefined ? {} : { timestamp: created }), ...body.metadata },
  };
}

/** The lines of images/sbom/packages.sh. Throws when one has too few columns. */
export function readPackages(text: string, location?: string): SystemPackage[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [kind, name, version, architecture, source, sourceVersion, distribution, licences] = line.split('\t');
      if (!kind || !name || !version || licences === undefined) throw new Error(`No line of a package: ${line}`);
      return {
        kind,
        name,
        version,
        architecture: architecture ?? '',
        source: source ?? '',
        sourceVersion: sourceVersion ?? '',
        distribution: distribution ?? '',
        licences: licences.split(';').filter((licence) => licence !== ''),
        ...(location === undefined ? {} : { location }),
      };
    });
}

function packageComponent(found: SystemPackage): Component {
  const { name, version, licences, location } = found;
  const purl = purlOf(found);
  const [licence, other] = licences;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    // Of several licences nothing says which file has which, so they are left to the package's own copyright file.
    ...(licence !== undefined && other === undefined ? { licenses: [licenceOf(licence)] } : {}),
    ...(location === undefined ? {} : { properties: [{ name: 'eggroll-upgrade:location', value: location }] }),
  };
}

/** `pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=debian-13&upstream=glibc`, as scanners read it. */
function purlOf({ kind, name, version, architecture, source, sourceVersion, distribution }: SystemPackage): string {
  const differs = sourceVersion !== '' && sourceVersion !== version;
  const upstream = source === name && !differs ? '' : `${source}${differs ? `@${sourceVersion}` : ''}`;
  const qualifiers = Object.entries({ arch: architecture, distro: distribution, upstream })
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}=${escaped(value)}`);
  const namespace = distribution === '' ? '' : `/${distribution.split('-')[0]}`;
  const suffix = qualifiers.length > 0 ? `?${qualifiers.join('&')}` : '';
  return `pkg:${kind}${namespace}/${escaped(name)}@${escaped(version)}${suffix}`;
}

function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':');
}

/** Debian's short names in the words of SPDX. */
const spdxNames: Readonly<Record<string, string>> = {
  Expat: 'MIT',
  Zlib: 'Zlib',
  'Apache-2.0': 'Apache-2.0',
  'BSD-2-clause': 'BSD-2-Clause',
  'BSD-3-clause': 'BSD-3-Clause',
  'GPL-2': 'GPL-2.0-only',
  'GPL-2+': 'GPL-2.0-or-later',
  'GPL-3': 'GPL-3.0-only',
  'GPL-3+': 'GPL-3.0-or-later',
  'LGPL-2.1': 'LGPL-2.1-only',
  'LGPL-2.1+': 'LGPL-2.1-or-later',
  'LGPL-2.0-or-later': 'LGPL-2.0-or-later',
};

function licenceOf(name: string): { license: { id: string } | { name: string } } {
  const id = spdxNames[name];
  return { license: id === undefined ? { name } : { id } };
}

function nodeComponent(version: string): Component {
  return {
    type: 'application',
    'bom-ref': `pkg:generic/nodejs@${version}`,
    name: 'nodejs',
    version,
    purl: `pkg:generic/nodejs@${version}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: [{ license: { id: 'MIT' } }],
    properties: [{ name: 'eggroll-upgrade:location', value: '/usr/local/bin/node' }],
  };
}

/** The distribution that the packages are installed in; scanners look for it. */
function systemsOf(packages: readonly SystemPackage[]): Component[] {
  const installed = packages.find(({ location, distribution }) => location === undefined && distribution !== '');
  if (!installed) return [];
  const [name = '', ...version] = installed.distribution.split('-');
  const ref = `os:${installed.distribution}`;
  return [{ type: 'operating-system', 'bom-ref': ref, name, version: version.join('-') }];
}

/** What is installed and copied in is there once, as what is installed. */
function distinct(components: readonly Component[]): Component[] {
  return [
    ...new Map(components.toReversed().map((component) => [component['bom-ref'], component])).values(),
  ].toReversed();
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  // Version 8 of RFC 9562: a number made in a way of its own.
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
