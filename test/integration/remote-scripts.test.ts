// Every script that runs on nodes, by every shell that may be a node's sh, on a real file system.

import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inspectArguments } from '../../src/cluster/facts.ts';
import { parseListing, parseRead } from '../../src/cluster/listing.ts';
import { parseActivity } from '../../src/cluster/processes.ts';
import { invocation, type ScriptName } from '../../src/cluster/remote-scripts.ts';
import { programFolders } from '../../src/eggroll/tree.ts';
import { withSiblings } from '../support/extent.ts';
import { type ScriptBox, startScriptBox } from '../support/script-box.ts';

const oddNames = [
  'with blank',
  '中文 证书.pem',
  'new\nline',
  '-dash',
  '--help',
  'back\\slash',
  "quo'te",
  '*',
  'a$(id)`id`',
];
const run = 'run-1';
const token = '7';

let box: ScriptBox;
let home: string;
let runFolder: string;
let homes = 0;

beforeAll(async () => {
  box = await startScriptBox();
  await box.bash('chown app:apps /data', 'root');
});
afterAll(() => box.stop());

// An old home with the lock taken and a staged tree; files differ by what they hold.
beforeEach(async () => {
  homes += 1;
  home = `/data/home ${homes}`;
  runFolder = `${home}/.eggroll-upgrade/runs/${run}`;
  await box.bash(`
    mkdir -p '${home}/.eggroll-upgrade/locks/${token}/working' '${home}/data'
    : >'${home}/.eggroll-upgrade/locks/${token}/working/free-1'
    for name in ${programFolders.join(' ')}; do
      mkdir -p "${home}/$name" "${runFolder}/staged/$name"
      echo old >"${home}/$name/file"
      echo new >"${runFolder}/staged/$name/file"
    done`);
});

/** Everything below the home with its inode, mode, time of files and content. */
function listing(): Promise<string> {
  return box.bash(
    `cd '${home}'; find . -printf '%p %y %i %m %l\\n' | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum`,
  );
}

const live = () => box.bash(`cd '${home}'; cat bin/file conf/file deploy/file lib/file python/file`);
const allOf = (word: string) => `${word}\n`.repeat(5);

describe.each(withSiblings(['dash'], ['bash --posix', 'busybox sh']))('%s', (shell) => {
  const script = (name: ScriptName, args: readonly string[] = [], input?: Buffer | string) =>
    box.script(shell, name, [home, token, run, ...args], input);
  const treeOf = async (root: string, ...folders: readonly string[]) => {
    const { entries } = parseListing((await box.script(shell, 'manifest', ['', root, ...folders])).stdout);
    return new Map(entries.map(({ entry }) => [entry.path, entry]));
  };

  describe('read-home', () => {
    const digest = async () => {
      const { exitCode, stdout } = await box.script(shell, 'read-home', [home, 'digest']);
      expect(exitCode).toBe(0);
      return stdout.toString('utf8');
    };

    test('its digest tells homes apart by content, names, modes and links, and by nothing of data, logs or pids', async () => {
      const first = await digest();
      expect(first).toMatch(/^[0-9a-f]{64}\n$/);
      await box.bash(
        `cd '${home}'; mkdir -p logs bin/pid; echo 1 >data/x; echo 1 >logs/x; echo 1 >bin/pid/x; echo 1 >bin/rollsite`,
      );
      expect(await digest()).toBe(first);
      const seen = new Set([first]);
      for (const change of [
        'echo other >lib/file',
        'chmod 600 lib/file',
        'mv lib/file lib/files',
        'ln -s x lib/link',
      ]) {
        await box.bash(`cd '${home}'; ${change}`);
        seen.add(await digest());
      }
      expect(seen.size).toBe(5);
    });

    test('its archive holds the home as it is, without data, logs and our own folder, and nothing is changed', async () => {
      await box.bash(
        `cd '${home}'; mkdir -p logs lib/data; echo 1 >logs/x; echo 1 >lib/data/kept; touch 'conf/中文 证书.pem'`,
      );
      const before = await listing();
      const { exitCode, stdout } = await box.script(shell, 'read-home', [home, 'archive']);
      expect(exitCode).toBe(0);
      expect(await listing()).toBe(before);
      const names: string[] = [];
      for await (const entry of Readable.from([gunzipSync(stdout)]).pipe(extract())) {
        names.push(entry.header.name.replace(/^\.\//, '').replace(/\/$/, ''));
        entry.resume();
      }
      const wanted = programFolders.flatMap((name) => [name, `${name}/file`]);
      expect(names.filter((name) => name !== '' && name !== '.').sort()).toEqual(
        [...wanted, 'lib/data', 'lib/data/kept', 'conf/中文 证书.pem'].sort(),
      );
    });
  });

  describe('switch and switch-back', () => {
    // The renames in order, as shell commands, to stop between any two of them.
    const forward = programFolders.flatMap((name) => [
      `mv -T ${name} "$run/backup/${name}"`,
      `mv -T "$run/staged/${name}" ${name}`,
    ]);
    const backward = programFolders.flatMap((name) => [
      `mv -T ${name} "$run/staged/${name}"`,
      `mv -T "$run/backup/${name}" ${name}`,
    ]);
    const renames = (commands: readonly string[]) =>
      box.bash(`cd '${home}'; run='${runFolder}'; mkdir -p "$run/backup"\n${commands.join('\n')}`);
    // Every point in one shell, some in the others.
    const steps = Array.from({ length: forward.length + 1 }, (_, count) => count).filter(
      (count) => shell === 'dash' || count % 3 === 1,
    );

    test.each(steps)('switch goes on after %i renames, and again when all is done', async (count) => {
      await renames(forward.slice(0, count));
      const { exitCode, stdout, stderr } = await script('switch', programFolders);
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout.toString()).toBe(programFolders.map((name) => `${name} no yes yes\n`).join(''));
      expect(await live()).toBe(allOf('new'));
      expect(await box.bash(`cat '${runFolder}'/backup/*/file`)).toBe(allOf('old'));
      const done = await listing();
      expect((await script('switch', programFolders)).exitCode).toBe(0);
      expect(await listing()).toBe(done);
    });

    test.each(steps)('switch-back undoes %i renames, to the very same folders', async (count) => {
      const before = await box.bash(`cd '${home}'; stat -c '%n %i' ${programFolders.join(' ')}`);
      await renames(forward.slice(0, count));
      expect(await script('switch-back', programFolders)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await live()).toBe(allOf('old'));
      expect(await box.bash(`cd '${home}'; stat -c '%n %i' ${programFolders.join(' ')}`)).toBe(before);
      expect(await box.bash(`cat '${runFolder}'/staged/*/file`)).toBe(allOf('new'));
      expect(await box.bash(`ls '${runFolder}/backup'`)).toBe('');
    });

    test.each(steps)('an interrupted switch-back can go on, or be turned round, after %i renames', async (count) => {
      await renames([...forward, ...backward.slice(0, count)]);
      expect((await script('switch-back', programFolders)).exitCode).toBe(0);
      expect(await live()).toBe(allOf('old'));
      await renames([...forward, ...backward.slice(0, count)]);
      expect((await script('switch', programFolders)).exitCode).toBe(0);
      expect(await live()).toBe(allOf('new'));
    });

    // Where the folder is: staged, live, in the backup; what each script gives there, and what is live then.
    const places = [
      ['staged live backup', 'three places', 'three places'],
      ['staged live -', 'new', 'old'],
      ['staged - backup', 'new', 'old'],
      ['- live backup', 'new', 'old'],
      ['staged - -', 'staged, but neither live nor in the backup', 'neither live nor in the backup'],
      ['- live -', 'neither staged nor switched', 'old'],
      ['- - backup', 'neither staged nor switched', 'old'],
      ['- - -', 'neither staged nor switched', 'neither live nor in the backup'],
    ] as const;
    const arrange = (name: string, [staged, live, backup]: string[]) => {
      const backupFolder = `'${runFolder}/backup/${name}'`;
      // What is live after a switch is the new one.
      const put = backup === '-' ? '' : `mkdir -p '${runFolder}/backup'; cp -r '${home}/${name}' ${backupFolder};`;
      const switched = backup !== '-' && live !== '-' ? `echo new >'${home}/${name}/file';` : '';
      const gone = (word: string | undefined, path: string) => (word === '-' ? `rm -r '${path}';` : '');
      return box.bash(put + switched + gone(live, `${home}/${name}`) + gone(staged, `${runFolder}/staged/${name}`));
    };
    const cases = places.flatMap(([where, forward, backward]) =>
      [programFolders[0], programFolders[4]].flatMap((name) => [
        ['switch', name, where, forward] as const,
        ['switch-back', name, where, backward] as const,
      ]),
    );

    test.each(cases)('%s with %s at: %s gives %s', async (name, folder, where, end) => {
      await arrange(folder, where.split(' '));
      const before = await listing();
      const outcome = await script(name, programFolders);
      if (end === 'new' || end === 'old') {
        expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
        expect(await box.bash(`cat '${home}/${folder}/file'`)).toBe(`${end}\n`);
        return;
      }
      const words = end === 'three places' ? 'staged, live and in the backup' : end;
      expect(outcome).toMatchObject({ exitCode: 11, stderr: `unexpected: ${folder} is ${words}` });
      expect(await listing()).toBe(before);
    });

    test('switch-back does without the staged folder', async () => {
      await renames([...forward, 'rmdir "$run/staged"']);
      expect((await script('switch-back', programFolders)).exitCode).toBe(0);
      expect(await live()).toBe(allOf('old'));
    });

    test('switch-state tells where each folder is', async () => {
      await renames([...forward.slice(0, 3), 'rm -r lib', 'ln -s /nowhere lib']);
      const { stdout } = await box.script(shell, 'switch-state', [home, run, ...programFolders]);
      expect(stdout.toString()).toBe(
        'bin no yes yes\nconf yes no yes\ndeploy yes yes no\nlib yes yes no\npython yes yes no\n',
      );
    });
  });

  describe('fence', () => {
    const calls: Partial<Record<ScriptName, readonly [readonly string[], string?]>> = {
      switch: [programFolders],
      'switch-back': [programFolders],
      'stage-receive': [['-', 'plain'], 'no tar at all'],
      'keep-hashes': [[], 'no size'],
      'stage-copy': [['9', '0'], 'bin/file\0'],
      'stage-remove': [[], 'bin\0'],
      'put-aside': [[]],
      'drop-run': [[]],
      'prune-run': [[]],
      'write-record': [['record.json', '2'], '{}'],
      tidy: [[]],
      'end-process': [['TERM']],
      'confirm-lock': [[]],
      'backup-drop': [['migration', 'all']],
      'backup-receive': [['migration', 'dump.sql'], 'no size\n'],
    };

    test('every script that changes a node is here', () => {
      const readOnly = [
        'backup-send',
        'backup-state',
        'fate-flow-state',
        'hash',
        'inspect',
        'lock-owner',
        'log-tail',
        'manifest',
        'processes',
        'reach',
        'read-file',
        'read-home',
        'stage-incoming',
        'switch-state',
      ];
      // fate-flow changes a machine that is no node.
      const others = ['prelude', 'lock', 'service', 'fate-flow'];
      const all = readdirSync('src/cluster/remote').flatMap((file) =>
        file.endsWith('.sh') ? [file.slice(0, -3)] : [],
      );
      expect(all.sort()).toEqual([...readOnly, ...others, ...Object.keys(calls)].sort());
    });

    test.each(Object.entries(calls))(
      '%s changes nothing with an old or a released token',
      async (name, [args, input]) => {
        await box.bash(`mkdir -p '${home}/.eggroll-upgrade/locks/8'`);
        const before = await listing();
        const fenced = await script(name as ScriptName, args, input);
        expect(fenced).toMatchObject({ exitCode: 75, stderr: 'fenced: token 7, newest 8' });
        expect(await listing()).toBe(before);
        await box.bash(`cd '${home}/.eggroll-upgrade/locks'; rmdir 8; : >7/released`);
        const released = await listing();
        expect((await script(name as ScriptName, args, input)).exitCode).toBe(75);
        expect(await listing()).toBe(released);
      },
    );

    test('service calls nothing with an old token', async () => {
      await box.bash(`mkdir -p '${home}/.eggroll-upgrade/locks/10'; echo 'touch called' >'${home}/bin/eggroll.sh'`);
      const { exitCode } = await box.script(shell, 'service', [home, token, '', '5', 'bin/eggroll.sh', 'all', 'stop']);
      expect(exitCode).toBe(75);
      expect(await listing()).not.toContain('called');
    });
  });

  describe('the staged tree', () => {
    const staged = (command: string) => box.bash(`cd '${runFolder}/staged'; ${command}`);

    test('stage-receive unpacks any names, modes and times, and again over what is there', async () => {
      const tar = pack();
      const mtime = new Date(1_600_000_000_000);
      tar.entry({ name: 'conf', type: 'directory', mode: 0o750, mtime });
      for (const name of oddNames) tar.entry({ name: `conf/${name}`, mode: 0o640, mtime }, name);
      tar.entry({ name: `conf/${'长'.repeat(60)}`, mode: 0o755, mtime }, 'long');
      tar.finalize();
      const bytes = await buffer(tar as AsyncIterable<Buffer>);
      for (const [form, input] of [
        ['plain', bytes],
        ['gzip', gzipSync(bytes)],
      ] as const) {
        expect(await script('stage-receive', ['-', form], input)).toMatchObject({ exitCode: 0, stderr: '' });
        const tree = await treeOf(`${runFolder}/staged`, 'conf');
        expect([...tree.keys()].sort()).toEqual(
          ['conf', 'conf/file', `conf/${'长'.repeat(60)}`, ...oddNames.map((name) => `conf/${name}`)].sort(),
        );
        expect(tree.get('conf/with blank')).toMatchObject({ mode: 0o640, modifiedSeconds: 1_600_000_000 });
        expect(tree.get('conf')).toMatchObject({ mode: 0o750 });
      }
    });

    test('stage-receive keeps what came before a tar was cut', async () => {
      const tar = pack();
      tar.entry({ name: 'bin/small' }, 'whole');
      tar.entry({ name: 'bin/big' }, Buffer.alloc(100_000));
      tar.finalize();
      const bytes = await buffer(tar as AsyncIterable<Buffer>);
      expect(await script('stage-receive', ['-', 'plain'], bytes.subarray(0, 50_000))).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('Unexpected EOF'),
      });
      expect(await staged('cat bin/small')).toBe('whole');
      const compressed = gzipSync(bytes);
      const cut = compressed.subarray(0, compressed.length - 20);
      expect((await script('stage-receive', ['-', 'gzip'], cut)).exitCode).toBe(2);
    });

    test('stage-copy copies what is named, and nothing that is not', async () => {
      await box.bash(`cd '${home}/bin'; touch not-named; mkdir -p -m 0770 sub
        ${oddNames.map((name) => `printf x >${quoted(`./${name}`)}; chmod 0610 ${quoted(`./${name}`)}`).join('\n')}
        printf y >sub/file; touch -d @1500000000 sub/file ./*`);
      await staged('rm -r bin lib; mkdir lib');
      const same = [...oddNames, 'sub/file'].map((name) => `bin/${name}`);
      const target = (path: string) => `.eggroll-upgrade/runs/${run}/staged/${path}`;
      const pairs = oddNames.flatMap((name) => [`bin/${name}`, target(`lib/new ${name}`)]);
      const modes = ['bin/-dash', 'lib/new -dash'].map(target);
      const lists = [same, pairs, modes].map((paths) => Buffer.from(paths.map((path) => `${path}\0`).join('')));
      const [sameSize = '', pairSize = '', modeSize = ''] = lists.map(({ length }) => String(length));
      const outcome = await script('stage-copy', [sameSize, pairSize, '4750', modeSize], Buffer.concat(lists));
      expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
      const copied = await treeOf(`${runFolder}/staged`, 'bin', 'lib');
      const named = [...same, ...oddNames.map((name) => `lib/new ${name}`)];
      expect([...copied.keys()].sort()).toEqual(['bin', 'bin/sub', 'lib', ...named].sort());
      const facts = { modifiedSeconds: 1_500_000_000, sizeBytes: 1 };
      for (const path of named) {
        const mode = path.endsWith('-dash') ? 0o4750 : path === 'bin/sub/file' ? 0o644 : 0o610;
        expect(copied.get(path)).toMatchObject({ ...facts, mode });
      }
      // Not tied to the old one.
      expect(await staged(`stat -c %h bin/-dash ${quoted('lib/new -dash')}`)).toBe('1\n1\n');
    });

    test('stage-remove removes any names, and what is gone already', async () => {
      await staged(oddNames.map((name) => `echo x >${quoted(`bin/${name}`)}`).join(';'));
      const paths = [...oddNames, 'not there'].map((name) => `bin/${name}\0`).join('');
      expect(await script('stage-remove', [], paths)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await staged('ls -A bin')).toBe('file\n');
      expect((await script('stage-remove', [], '')).exitCode).toBe(0);
      expect(await staged('ls')).toBe('bin\nconf\ndeploy\nlib\npython\n');
    });

    test('put-aside keeps a tree that was live, and drops one that was not', async () => {
      await box.bash(`cd '${runFolder}'; mkdir backup`);
      expect(await script('put-aside')).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await box.bash(`cd '${runFolder}'; ls; cat replaced/*/file`)).toBe(`replaced\n${allOf('new')}`);
      expect((await script('put-aside')).exitCode).toBe(0);
      await box.bash(`cd '${runFolder}'; mv replaced staged; mkdir dropped`);
      expect((await script('put-aside')).exitCode).toBe(0);
      expect(await box.bash(`ls '${runFolder}'`)).toBe('');
    });
  });

  test('drop-run forgets a run, and what is left of others without a record', async () => {
    await box.bash(`cd '${home}/.eggroll-upgrade/runs'; mkdir kept left; : >kept/record.json; : >${run}/record.json`);
    for (let round = 0; round < 2; round += 1) {
      expect(await script('drop-run')).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await box.bash(`ls '${home}/.eggroll-upgrade/runs'`)).toBe('kept\n');
    }
  });

  test('drop-run removes no old folders', async () => {
    await box.bash(`mkdir -p '${runFolder}/backup/bin' '${home}/.eggroll-upgrade/runs/left/backup/lib'`);
    const before = await listing();
    expect(await script('drop-run')).toMatchObject({
      exitCode: 11,
      stderr: `unexpected: run ${run} holds old folders`,
    });
    expect(await listing()).toBe(before);
    await box.bash(`rm -r '${runFolder}/backup'`);
    expect((await script('drop-run')).exitCode).toBe(0);
    expect(await box.bash(`cd '${home}/.eggroll-upgrade/runs'; find .`)).toBe(
      '.\n./left\n./left/backup\n./left/backup/lib\n',
    );
  });

  describe('write-record', () => {
    const text = '{"证":"书"}\n';
    const size = String(Buffer.byteLength(text));

    test('writes a file, and again over it', async () => {
      for (const content of [text, text.replace('书', '据')]) {
        expect(await script('write-record', ['record.json', size], content)).toMatchObject({ exitCode: 0, stderr: '' });
        expect(await box.bash(`cat '${runFolder}/record.json'`)).toBe(content);
        expect(await box.bash(`ls -A '${runFolder}'`)).toBe('record.json\nstaged\n');
      }
    });

    test('leaves the old file when the input is cut at any byte', async () => {
      await script('write-record', ['record.json', size], text);
      for (let length = 0; length < Buffer.byteLength(text); length += 1) {
        const cut = await script('write-record', ['record.json', size], Buffer.from(text).subarray(0, length));
        expect(cut).toMatchObject({ exitCode: 1, stderr: 'the input was cut short' });
      }
      expect(await box.bash(`cat '${runFolder}/record.json'`)).toBe(text);
    });
  });

  describe('looking', () => {
    test('manifest and hash give any names, and nothing for what is missing', async () => {
      await box.bash(
        `cd '${home}/lib'; ${oddNames.map((name) => `printf %s ${quoted(name)} >${quoted(`./${name}`)}`).join(';')}`,
      );
      const tree = await treeOf(home, 'lib', 'missing');
      const files = ['file', ...oddNames].map((name) => `lib/${name}`);
      expect([...tree.keys()].sort()).toEqual(['lib', ...files].sort());
      const paths = files.map((path) => `${path}\0`).join('');
      const { hashes, nowSeconds } = parseRead((await box.script(shell, 'hash', [home], paths)).stdout);
      expect(nowSeconds).toBeGreaterThan(1_700_000_000);
      expect([...hashes.keys()].sort()).toEqual(files.sort());
      expect(new Set(hashes.values()).size).toBe(files.length);
      expect((await treeOf(home, 'missing')).size).toBe(0);
      expect((await treeOf('/nowhere', 'lib')).size).toBe(0);
    });

    test('manifest gives what was recorded, and the identity of a file that nobody writes to', async () => {
      const recorded = `${home}/.eggroll-upgrade/hashes`;
      const listing = async (file = recorded) =>
        parseListing((await box.script(shell, 'manifest', [file, home, 'bin'])).stdout);
      const before = await listing();
      const [folder, file] = before.entries;
      const line = `${file?.identity} ${'a'.repeat(64)}\n`;
      const kept = await box.script(shell, 'keep-hashes', [home, token, String(line.length)], line);
      expect([kept.exitCode, kept.stderr]).toEqual([0, '']);
      const after = await listing();
      expect([...after.recorded]).toEqual([[file?.identity, 'a'.repeat(64)]]);
      expect(after.entries).toEqual([folder, file]);
      expect((await listing('')).recorded.size).toBe(0);
      await box.bash(`touch -d @1 '${home}/bin/file'; printf old >'${home}/bin/file'; touch -d @1 '${home}/bin/file'`);
      expect((await listing()).entries[1]?.identity).not.toBe(file?.identity);
    });

    test('keep-hashes keeps what there was when its input is cut short', async () => {
      await box.script(shell, 'keep-hashes', [home, token, '5'], 'whole');
      const cut = await box.script(shell, 'keep-hashes', [home, token, '5'], 'half');
      expect(cut).toMatchObject({ exitCode: 1, stderr: 'the input was cut short' });
      expect(await box.bash(`cd '${home}/.eggroll-upgrade'; cat hashes; ls -A`)).not.toContain('partial');
      expect(await box.bash(`cat '${home}/.eggroll-upgrade/hashes'`)).toBe('whole');
    });

    test('manifest shows what is neither file, folder nor link', async () => {
      await box.bash(`mkfifo '${home}/bin/pipe'`);
      await expect(treeOf(home, 'bin')).rejects.toThrow('bin/pipe is neither a file');
    });

    test('hash fails on a file that cannot be read', async () => {
      await box.bash(`chmod 0000 '${home}/bin/file'`);
      expect((await box.script(shell, 'hash', [home], 'bin/file\0')).exitCode).not.toBe(0);
    });

    test('reach tells whether another node answers, and whether there is an SSH client', async () => {
      const said = async (host: string, port: string) =>
        (await box.script(shell, 'reach', [host, port])).stdout.toString();
      await box.bash(`busybox nc -l -p 2299 </dev/null >/dev/null 2>&1 &
        until ss -Htln sport = :2299 | grep -q .; do sleep 0.05; done`);
      expect(await said('127.0.0.1', '2299')).toBe('yes\n');
      expect(await said('127.0.0.1', '2298')).toBe('');
      expect(await said('no-such-host', '2299')).toBe('');
    });

    test('read-file tells no file from an empty one', async () => {
      await box.bash(`: >'${home}/empty'; printf 'abc\\0def' >'${home}/full'`);
      const read = async (name: string, limit = '5') =>
        (await box.script(shell, 'read-file', [`${home}/${name}`, limit])).stdout.toString();
      expect(await read('none')).toBe('');
      expect(await read('empty')).toBe('present\n');
      expect(await read('full')).toBe('present\nabc\0d');
      expect(await read('bin')).toBe('');
    });

    test('inspect tells the facts, and leaves nothing behind', async () => {
      await box.bash(`cd '${home}'; touch 'lib/eggroll-core-2.0.2.jar' 'lib/a b.jar'; rm -r deploy; mv conf real; ln -s real conf
        mkdir -p '${runFolder}'; echo '{"schema":1}' >'${runFolder}/record.json'`);
      const before = await listing();
      const { exitCode, stdout, stderr } = await box.script(shell, 'inspect', inspectArguments(home));
      expect([exitCode, stderr]).toEqual([0, '']);
      const lines = stdout.toString().trim().split('\n');
      const identity = await box.bash(`cat /proc/sys/kernel/random/boot_id; stat -c '%d %i' '${home}'`);
      expect(lines.filter((line) => !line.startsWith('room ')).sort()).toEqual(
        [
          'user app',
          'home present',
          `identity ${identity.trim().replace('\n', ' ')}`,
          'properties-kind missing',
          'folder bin directory',
          'folder conf symlink',
          'folder deploy missing',
          'folder lib directory',
          'folder python directory',
          'jar a b.jar',
          'jar eggroll-core-2.0.2.jar',
          `entry ${run} . directory`,
          `entry ${run} record.json file`,
          `entry ${run} staged directory`,
          `record ${run} ${Buffer.from('{"schema":1}\n').toString('base64')}`,
        ].sort(),
      );
      expect(stdout.toString()).toMatch(/^room \d+ \d+ \d{4,} \d+ \d+$/m);
      expect(await listing()).toBe(before);
    });

    test('inspect of a home that is not there says no more than that', async () => {
      const { exitCode, stdout } = await box.script(shell, 'inspect', inspectArguments('/nowhere'));
      expect([exitCode, stdout.toString()]).toEqual([0, 'user app\nhome missing\n']);
    });

    test('inspect does not try to rename where no proof is wanted', async () => {
      await box.bash(`chown root '${home}/lib'; chmod 0755 '${home}/lib'`, 'root');
      // The room is that of the whole file system, which others use as well.
      const look = async (words?: { readonly provesRenames: boolean }) =>
        (await box.script(shell, 'inspect', inspectArguments(home, words))).stdout
          .toString()
          .replace(/^room .*\n/m, '');
      const withProof = await look();
      expect(await look({ provesRenames: false })).toBe(withProof.replace(/^rename .*\n/gm, ''));
      expect(withProof).toMatch(/^rename /m);
    });

    test('inspect reports a home, and a folder, that cannot be renamed in', async () => {
      await box.bash(`chown root '${home}/lib'; chmod 0755 '${home}/lib'`, 'root');
      const problems = async () => {
        const { stdout } = await box.script(shell, 'inspect', inspectArguments(home));
        return stdout.toString().match(/^rename .*/gm);
      };
      expect(await problems()).toEqual([expect.stringMatching(/^rename lib: .*Permission denied/)]);
      await box.bash(`chown root '${home}'; chmod 0755 '${home}'`, 'root');
      expect(await problems()).toEqual([
        expect.stringMatching(/^rename .* is not writable for app: .*Permission denied$/),
      ]);
    });

    // The shell that starts a program is not that program at once.
    const runs = 'until grep -aq "^./egg_pair.py" /proc/$!/cmdline; do sleep 0.01; done';

    test('processes shows what may be EggRoll, and not itself', async () => {
      await box.bash(
        `cd '${home}'; cp /bin/sleep egg_pair.py; nohup ./egg_pair.py 60 >/dev/null 2>&1 & echo $! >'${home}/pid'; ${runs}`,
      );
      const pid = Number(await box.bash(`cat '${home}/pid'`));
      const { stdout } = await box.script(shell, 'processes', [home]);
      await box.bash(`kill ${pid}`);
      const ours = parseActivity(stdout.toString()).processes.filter(({ workingFolder }) => workingFolder === home);
      const identity = expect.stringMatching(new RegExp(`^${pid}\\.\\d+\\.[-0-9a-f]{36}$`));
      const expected = {
        pid,
        workingFolder: home,
        commandLine: './egg_pair.py 60',
        stale: false,
        identity,
        supervisor: 0,
      };
      expect(ours).toEqual([expected]);
    });

    test('processes shows the ports that listen, when they are asked for', async () => {
      await box.bash(`nohup python3 -c 'import socket, time; s = socket.create_server(("127.0.0.1", 4671)); time.sleep(60)' >/dev/null 2>&1 &
        echo $! >'${home}/pid'; timeout 120 bash -c 'until : <>/dev/tcp/127.0.0.1/4671; do sleep 0.01; done' 2>/dev/null`);
      const ports = async (...args: string[]) =>
        parseActivity((await box.script(shell, 'processes', [home, ...args])).stdout.toString()).listeningPorts;
      const [asked, notAsked] = [await ports('ports'), await ports()];
      await box.bash(`kill "$(cat '${home}/pid')"`);
      expect(asked).toContain(4671);
      expect(notAsked).toEqual(new Set());
    });

    test('processes tells of the supervisord above a process, however far', async () => {
      const start = "'cp /bin/sleep egg_pair.py; ./egg_pair.py 60 & wait; :'";
      await box.bash(`cd '${home}'; cp /bin/bash supervisord
        nohup ./supervisord -c "bash -c ${start.replaceAll("'", '\\"')}; :" >/dev/null 2>&1 & echo $! >'${home}/pid'
        timeout 120 bash -c 'until grep -alqE "^./egg_pair.py" /proc/[0-9]*/cmdline; do sleep 0.01; done'`);
      const pid = Number(await box.bash(`cat '${home}/pid'`));
      const { stdout } = await box.script(shell, 'processes', [home]);
      const found = parseActivity(stdout.toString()).processes.filter(({ commandLine }) =>
        commandLine.startsWith('./egg'),
      );
      await box.bash(`kill ${pid} ${found.map((process) => process.pid).join(' ')}`);
      expect(found).toMatchObject([{ supervisor: pid }]);
    });

    test.each([
      [
        'moved to the backup of a run',
        'mkdir -p .eggroll-upgrade/runs/r/backup; mv lib .eggroll-upgrade/runs/r/backup/lib',
        true,
      ],
      ['removed from lib', 'rm lib/core.jar', true],
      ['removed elsewhere', 'mv lib/core.jar other.jar; rm other.jar', false],
      ['where it was', ':', false],
    ])('processes tells of a process whose open jar was %s', async (_, change, stale) => {
      await box.bash(`cd '${home}'; cp /bin/sleep egg_pair.py; : >lib/core.jar
        nohup ./egg_pair.py 60 5<lib/core.jar >/dev/null 2>&1 & echo $! >'${home}/pid'; ${runs}; ${change}`);
      const pid = Number(await box.bash(`cat '${home}/pid'`));
      const { stdout } = await box.script(shell, 'processes', [home]);
      const found = parseActivity(stdout.toString()).processes.find((process) => process.pid === pid);
      expect(found).toMatchObject({ stale });
      const token7 = [home, token, 'TERM', `${pid}.1.another-boot`, found?.identity ?? ''];
      await box.script(shell, 'end-process', [home, token, 'KILL', `${pid}.1.another-boot`]);
      // One that has ended, and that nobody has asked for yet, would take a signal as well.
      const state = await box.bash(`sed -n 's/^State:.\\(.\\).*/\\1/p' /proc/${pid}/status 2>/dev/null || true`);
      expect(state).toMatch(/^[^ZX]$/m);
      expect((await box.script(shell, 'end-process', token7)).exitCode).toBe(0);
      await box.bash(
        `timeout 120 bash -c 'while grep -q "^State:.[^ZX]" /proc/${pid}/status 2>/dev/null; do sleep 0.01; done'`,
      );
    });

    test('log-tail gives the last lines of both streams', async () => {
      await box.bash(`mkdir -p '${home}/logs/eggroll'; cd '${home}/logs/eggroll'
        seq 20 >bootstrap.nodemanager.err; echo out >bootstrap.nodemanager.out`);
      const { stdout } = await box.script(shell, 'log-tail', [home, 'nodemanager']);
      expect(stdout.toString().split('\n')).toEqual([
        ...Array.from({ length: 15 }, (_, i) => String(i + 6)),
        'out',
        '',
      ]);
      expect((await box.script(shell, 'log-tail', [home, 'none'])).exitCode).toBe(0);
    });
  });

  describe('service', () => {
    const service = (initEnv: string, limit: string, ...words: string[]) =>
      box.script(shell, 'service', [home, token, initEnv, limit, ...words]);

    test('runs the script by bash from the home, whatever it ends with', async () => {
      await box.bash(`echo 'echo "$PWD $# [$2]"; array=(x); sleep 60 & exit 255' >'${home}/bin/eggroll.sh'`);
      const { exitCode, stdout, stderr } = await service('', '10', 'bin/eggroll.sh', 'all', 'a b');
      expect([exitCode, stdout.toString(), stderr]).toEqual([0, `${home} 2 [a b]\n`, 'exit code 255']);
      expect(await box.bash(`ls '${home}/.eggroll-upgrade'`)).toBe('locks\nruns\n');
    });

    test('sources an environment file that needs bash and ends badly', async () => {
      await box.bash(`echo 'here=$(dirname "\${BASH_SOURCE[0]}"); words=(a b); export WORDS="$# \${words[1]} $here $UNSET"; false' >'${home}/init env.sh'
        echo 'echo "$WORDS|$1"' >'${home}/bin/eggroll.sh'`);
      const { exitCode, stdout, stderr } = await service(`${home}/init env.sh`, '10', 'bin/eggroll.sh', 'stop');
      expect([exitCode, stderr]).toEqual([0, 'exit code 0']);
      expect(stdout.toString()).toContain(`b ${home} |stop`);
    });

    test('gives a script no COLUMNS, neither its own nor that of the environment file', async () => {
      await box.bash(
        `echo 'export COLUMNS=80' >'${home}/init env.sh'; echo 'printenv COLUMNS' >'${home}/bin/eggroll.sh'`,
      );
      for (const initEnv of ['', `${home}/init env.sh`]) {
        const args = [home, token, initEnv, '10', 'bin/eggroll.sh'];
        expect((await box.script(`env COLUMNS=80 ${shell}`, 'service', args)).stderr).toBe('exit code 1');
      }
    });

    test('fails when the environment file is not there', async () => {
      const outcome = await service('/nowhere/init_env.sh', '10', 'bin/eggroll.sh', 'stop');
      expect(outcome).toMatchObject({ exitCode: 1, stderr: 'INIT_ENV_FILE /nowhere/init_env.sh cannot be read' });
    });

    test('ends a script that goes on for ever, and shows what it said', async () => {
      await box.bash(`echo 'echo waiting; while :; do sleep 0.1; done' >'${home}/bin/eggroll.sh'`);
      // Time enough to say it.
      const { exitCode, stdout, stderr } = await service('', '3', 'bin/eggroll.sh', 'stop');
      expect([exitCode, stdout.toString(), stderr]).toEqual([0, 'waiting\n', 'it did not end within 3 s']);
    });
  });

  describe('lock', () => {
    const locks = () => box.bash(`ls '${home}/.eggroll-upgrade/locks'`);
    const lock = (patience = '1') => box.script(shell, 'lock', [home, 'the second', patience], 'beat\nrelease\n');
    const identity = `echo "1.$(sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20).$(cat /proc/sys/kernel/random/boot_id)" >process`;
    const inLock = (commands: string) => box.bash(`cd '${home}/.eggroll-upgrade/locks/${token}'; ${commands}`);

    test('takes the next number after a dead owner, and removes the older ones', async () => {
      await inLock(`echo 'the first' >owner; echo '1.1.another-boot' >process`);
      expect(await lock()).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await locks()).toBe('8\n');
      expect((await lock()).stdout.toString()).toBe('acquired 9\n');
      expect(await box.bash(`cd '${home}/.eggroll-upgrade/locks/9'; ls`)).toBe('owner\nprocess\nreleased\nworking\n');
    });

    test('is held while its owner sends lines', async () => {
      await inLock(
        `echo 'the first' >owner; ${identity}; (until [ -e over ]; do touch beat; sleep 0.1; done) >/dev/null 2>&1 &`,
      );
      expect(await lock('3')).toMatchObject({ exitCode: 75, stdout: Buffer.from('held the first\n') });
      await inLock(': >over');
      expect(await locks()).toBe('7\n');
    });

    test('goes to another when its owner lives but is silent', async () => {
      await inLock(`echo 'the first' >owner; ${identity}; touch beat`);
      expect((await lock()).stdout.toString()).toBe('acquired 8\n');
    });

    test('cannot be taken in a home that is not there or not ours', async () => {
      expect(await box.script(shell, 'lock', ['/nowhere', 'me', '1'])).toMatchObject({
        stderr: expect.stringContaining('/nowhere'),
      });
      await box.bash(`mkdir '${home}/closed'; chmod 0555 '${home}/closed'`);
      const closed = await box.script(shell, 'lock', [`${home}/closed`, 'me', '1']);
      expect(closed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Permission denied') });
      expect(closed.stdout.toString()).toBe('');
    });
  });

  // The connection may break while a script's text is on its way.
  describe('a text that is cut short', () => {
    const calls: readonly [ScriptName, readonly string[]][] = [
      ['drop-run', []],
      ['lock', ['1']],
      ['put-aside', []],
      ['service', ['5', 'bin/eggroll.sh', 'stop']],
      ['stage-copy', ['9', '0']],
      ['stage-receive', ['-', 'plain']],
      ['stage-remove', []],
      ['switch', programFolders],
      ['switch-back', programFolders],
      ['write-record', ['record.json', '0']],
    ];

    test.each(calls)('%s does nothing', async (name, args) => {
      const { command, text } = invocation(name, [
        home,
        name === 'lock' ? 'owner' : token,
        name === 'service' ? '' : run,
        ...args,
      ]);
      await box.bash(`echo 'touch called' >'${home}/bin/eggroll.sh'`);
      const before = await listing();
      // Up to the last quotation mark, without which the last line is not complete.
      const whole = text.length - 2;
      // What comes before the script's own text is the same for all.
      const start = name === 'switch' ? 0 : text.indexOf('\nmain() {\n') + 1;
      expect(name === 'switch' || start > 0).toBe(true);
      await box.bash(`base64 -d >/tmp/text <<'END'
${text.toString('base64')}
END
        for length in $(seq ${start} 13 ${whole - 40}) $(seq ${whole - 40} ${whole}); do
          head -c "$length" /tmp/text | ${shell}${command.slice('sh'.length)} >/dev/null 2>&1 || true
        done`);
      expect(await listing()).toBe(before);
    });
  });
});

describe('the proof of true renames', () => {
  const problems = async (root: string, folders: readonly string[]) =>
    (
      await box.bash(`${asRoot(invocation('inspect', [root, '1', ...folders]))} | grep -a '^rename ' || true`, 'root')
    ).trim();

  // The text goes through a file: standard input holds these commands.
  function asRoot({ command, text }: ReturnType<typeof invocation>): string {
    return `base64 -d >/tmp/inspect <<'END'\n${text.toString('base64')}\nEND\n</tmp/inspect ${command}`;
  }

  test('finds nothing on a volume', async () => {
    expect(await problems(home, programFolders)).toBe('');
  });

  test('finds folders of an image layer, which overlayfs cannot rename', async () => {
    const found = await problems('/usr', ['lib', 'share']);
    expect(found).toMatch(/^rename lib: /m);
    expect(found).toMatch(/^rename share: /m);
    expect(await box.bash('ls -d /usr/lib /usr/share; ls -A /usr | grep probe || true', 'root')).toBe(
      '/usr/lib\n/usr/share\n',
    );
  });
});

// The last case takes the lock under whose number the others work.
describe('on a small disk with a folder that is a mount point', { shuffle: false }, () => {
  let small: ScriptBox;
  beforeAll(async () => {
    small = await startScriptBox({ '/small': 'rw,exec,size=1m', '/small/conf': 'rw,size=64k' });
    await small.bash(`chown app:apps /small /small/conf`, 'root');
    await small.bash(`cd /small; mkdir -p bin deploy lib python .eggroll-upgrade/locks/7`);
  });
  afterAll(() => small.stop());

  test('inspect reports the mount point', async () => {
    const { stdout } = await small.script('dash', 'inspect', inspectArguments('/small'));
    expect(stdout.toString().match(/^rename .*/gm)).toEqual([expect.stringMatching(/^rename conf: /)]);
  });

  test('a tar that finds no room says so, and leaves room for the record', async () => {
    const tar = pack();
    for (let index = 0; index < 40; index += 1) tar.entry({ name: `lib/${index}.jar` }, Buffer.alloc(50_000, 'x'));
    tar.finalize();
    const outcome = await small.script(
      'dash',
      'stage-receive',
      ['/small', '7', run, '-', 'plain'],
      await buffer(tar as AsyncIterable<Buffer>),
    );
    expect(outcome).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('No space left on device') });
    const record = await small.script('dash', 'write-record', ['/small', '7', run, 'record.json', '5'], 'whole');
    expect(record).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('the lock lives on when the disk is full', async () => {
    const { command, text } = invocation('lock', ['/small', 'me', '1']);
    const said = await small.bash(`cd /small
      base64 -d >/tmp/text <<'END'
${text.toString('base64')}
END
      (cat /tmp/text; until [ -s .eggroll-upgrade/locks/8/owner ]; do sleep 0.05; done; cat /dev/zero >fill 2>/dev/null; for i in 1 2 3; do echo beat; sleep 0.2; done
       stat -c '%y' .eggroll-upgrade/locks/8/beat >/tmp/beat; echo release) | ${command}
      [ -e .eggroll-upgrade/locks/8/released ] && echo released; rm fill`);
    expect(said).toMatch(/acquired 8\nreleased\n$/);
  });
});

test('on a disk without room and without inodes, all can be put back', async () => {
  const full = await startScriptBox({ '/full': 'rw,exec,size=1m,nr_inodes=60' });
  try {
    await full.bash('chown app:apps /full', 'root');
    await full.bash(`cd /full; mkdir -p .eggroll-upgrade/locks/7/working .eggroll-upgrade/runs/run-1/staged .eggroll-upgrade/runs/run-1/backup
      : >.eggroll-upgrade/locks/7/working/free-1; : >service; cd .eggroll-upgrade/runs/run-1; echo [] >old-tree.json
      for name in ${programFolders.join(' ')}; do
        mkdir -p /full/$name backup/$name; echo new >/full/$name/file; echo old >backup/$name/file
      done
      echo 'touch -c -d 2001-01-01 /full/service' >backup/bin/eggroll.sh`);
    // Before every script, as each may set something free.
    const fill =
      'cd /full; cat /dev/zero >>fill 2>/dev/null || :; while mktemp /full/fill-XXXXXX >/dev/null 2>&1; do :; done';
    const change = async (name: ScriptName, ...args: string[]) => {
      await full.bash(fill);
      return full.script('dash', name, ['/full', '7', ...args]);
    };
    expect((await change('write-record', run, 'x.json', '0')).stderr).toContain('No space left on device');
    expect(await change('switch-back', run, ...programFolders)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await change('put-aside', run)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await change('service', '', '10', 'bin/eggroll.sh', 'all', 'start')).toMatchObject({
      exitCode: 0,
      stderr: 'exit code 0',
    });
    expect(await full.bash('cd /full; cat */file; stat -c %y service; ls .eggroll-upgrade/runs/run-1')).toBe(
      `${allOf('old')}2001-01-01 00:00:00.000000000 +0000\nold-tree.json\nreplaced\n`,
    );
  } finally {
    await full.stop();
  }
});

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
