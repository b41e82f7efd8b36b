// Every command: what --help says of it, and what the documentation does. A new one begins here.

export interface CommandFacts {
  /** One line for --help. */
  readonly description: string;
  /** What it does, in Markdown, for tables of the documentation. */
  readonly does: string;
  readonly changes: 'yes' | 'no' | 'only its own containers';
}

export const commandFacts = {
  plan: {
    description: 'Check everything and show exactly what upgrade would do; changes nothing.',
    does: 'every check on all nodes and the database, then exactly what `upgrade` would do: files added, changed and removed, the diff of each conf, bytes to send, room needed, statements with their state, service commands, expected downtime; ends with a hash',
    changes: 'no',
  },
  upgrade: {
    description: 'Upgrade the whole cluster; run again, it resumes, and on an upgraded cluster it changes nothing.',
    does: 'the whole upgrade; run again, it resumes an unfinished one, and on a finished one changes nothing',
    changes: 'yes',
  },
  recover: {
    description: 'Go back to the state before the last upgrade: files, database and services.',
    does: 'goes back to the state before the last upgrade (finished, failed or interrupted): files, database and services',
    changes: 'yes',
  },
  status: {
    description: 'Show versions, the last run and how far it got, locks and backups; changes nothing.',
    does: 'versions on every node and in the database, the runs and how far the last one got, locks, backups',
    changes: 'no',
  },
  prune: {
    description: 'Remove backups beyond BACKUP_KEEP, never those of the newest finished run.',
    does: 'removes backups beyond `BACKUP_KEEP`, never those of the newest finished run',
    changes: 'yes',
  },
  rehearse: {
    description: 'Try upgrade and recover on a throwaway cluster on a Docker engine; touches nothing else.',
    does: 'tries `plan`, `upgrade`, a second `upgrade` and `recover` on a throwaway cluster on a Docker engine, made of your own package, lists, SQL, dump and home, and compares byte for byte',
    changes: 'only its own containers',
  },
  'import-args': {
    description: 'Turn a command line of upgrade_helper.py into an env file and the command to run.',
    does: 'turns a command line of `upgrade_helper.py` into an env file and the command to run: `eggroll-upgrade import-args -c nm_ip_list -r rs_ip_list …`',
    changes: 'no',
  },
} as const satisfies Record<string, CommandFacts>;

export type ListedCommand = keyof typeof commandFacts;
