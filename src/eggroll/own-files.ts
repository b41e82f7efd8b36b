// Names in bin and conf that are EggRoll's own in some release, and names that belong to the site. Facts: EGGROLL.md sections 1 and 2.

/** Files of conf that a site edits or that EggRoll itself rewrites at run time: with policy `merge` the node's copy stays. */
export const siteConfFiles: ReadonlySet<string> = new Set([
  'conf/eggroll.properties',
  'conf/route_table.json',
  'conf/whitelist.json',
  'conf/node-extend-env.properties',
]);

export const propertiesPath = 'conf/eggroll.properties';

const ownBinFiles = [
  /^eggroll\.sh$/,
  /^eggroll_boot[^/]*\.(?:sh|bat|py)$/,
  /^connect_to_h2\.sh$/,
  /^iperf3-[^/]*$/,
  /^(?:roll_pair|roll_frame|debug|gpu)(?:\/.*)?$/,
];

// A process id of a process that was stopped must not come back.
const pidFiles = [/^[^/]+(?:_pid|\.pid)$/];

/** Whether a path below bin (`bin/fate-eggroll.sh`) was put there by the site: it is EggRoll's in no release. */
export function isSiteBinFile(path: string): boolean {
  if (!path.startsWith('bin/')) return false;
  const name = path.slice('bin/'.length);
  return ![...ownBinFiles, ...pidFiles].some((pattern) => pattern.test(name));
}
