import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../../tools/local/folders.ts';

/** What the fences say of a tree: the rules broken, each with the file that breaks it, and how much they looked at. */
interface Verdict {
  readonly broken: readonly string[];
  readonly moduleCount: number;
}

const program = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');

function fence(folder: string, ...roots: readonly string[]): Verdict {
  const config = join(root, '.dependency-cruiser.mjs');
  const answer = spawnSync(process.execPath, [program, '--config', config, '--output-type', 'json', ...roots], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  expect(answer.stderr).toBe('');
  const { summary } = JSON.parse(answer.stdout) as {
    summary: { violations: { from: string; rule: { name: string } }[]; totalCruised: number };
  };
  return {
    broken: summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`).sort(),
    moduleCount: summary.totalCruised,
  };
}

/** A tree of the given files with the real packages, and with `spa` and `bar` as workspaces of its own. */
function plant(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'fences-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules', '@lido'), { recursive: true });
  for (const name of ['pg', '@grpc', '@mikro-orm']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  for (const name of ['spa', 'bar', 'runtime']) {
    const workspace = join(folder, 'services', name);
    mkdirSync(workspace, { recursive: true });
    const manifest = { name: `@lido/${name}`, type: 'module', exports: { './*': './src/*' } };
    writeFileSync(join(workspace, 'package.json'), JSON.stringify(manifest));
    symlinkSync(workspace, join(folder, 'node_modules', '@lido', name));
  }
  copyFileSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const planted: Record<string, { files: Record<string, string>; broken: string[] }> = {
  'a service imports another by its package name': {
    files: {
      'services/spa/src/room.ts': "import { drink } from '@lido/bar/drink.ts';\nexport const room = drink;\n",
      'services/bar/src/drink.ts': 'export const drink = 1;\n',
    },
    broken: ['services-meet-over-grpc-and-events: services/spa/src/room.ts'],
  },
  'a service imports only a type of another, by a path': {
    files: {
      'services/spa/src/room.entity.ts':
        "import type { Drink } from '../../bar/src/drink.ts';\nexport type Room = Drink;\n",
      'services/bar/src/drink.ts': 'export type Drink = 1;\n',
    },
    broken: ['services-meet-over-grpc-and-events: services/spa/src/room.entity.ts'],
  },
  'the runtime imports a service': {
    files: {
      'services/runtime/src/db/rooms.ts': "import { room } from '@lido/spa/room.ts';\nexport const rooms = [room];\n",
      'services/spa/src/room.ts': 'export const room = 1;\n',
    },
    broken: ['services-meet-over-grpc-and-events: services/runtime/src/db/rooms.ts'],
  },
  'a pure file reads a file': {
    files: {
      'services/spa/src/room.ts': "import { readFileSync } from 'node:fs';\nexport const room = readFileSync;\n",
    },
    broken: ['pure-files-do-no-io: services/spa/src/room.ts'],
  },
  'a pure file talks to the database': {
    files: { 'services/spa/src/room.ts': "import { Client } from 'pg';\nexport const room = new Client();\n" },
    broken: ['pure-files-do-no-io: services/spa/src/room.ts'],
  },
  'a pure file calls a repository': {
    files: {
      'services/spa/src/room.ts': "import { load } from './room.repository.ts';\nexport const room = load;\n",
      'services/spa/src/room.repository.ts': "import { Client } from 'pg';\nexport const load = Client;\n",
    },
    broken: ['pure-files-use-pure-files: services/spa/src/room.ts'],
  },
  'a file of the solver takes a layer suffix to do I/O': {
    files: {
      'services/availability/src/solver/free.repository.ts':
        "import { Client } from 'pg';\nexport const free = Client;\n",
    },
    broken: ['pure-folders-do-no-io: services/availability/src/solver/free.repository.ts'],
  },
  'two files import each other': {
    files: {
      'services/spa/src/a.ts': "import { b } from './b.ts';\nexport const a = (): unknown => b;\n",
      'services/spa/src/b.ts': "import { a } from './a.ts';\nexport const b = (): unknown => a;\n",
    },
    broken: ['no-cycles: services/spa/src/a.ts'],
  },
  'an import leads nowhere': {
    files: { 'services/spa/src/room.ts': "import { x } from '@lido/bar/absent.ts';\nexport const room = x;\n" },
    broken: ['imports-resolve: services/spa/src/room.ts'],
  },
};

test.each(Object.entries(planted))('the fence fails when %s', (_title, { files, broken }) => {
  const folder = plant(files);
  expect(fence(folder, 'services').broken).toEqual(broken);
});

test('the fence lets files with a layer suffix do I/O, and pure files know their types', () => {
  const folder = plant({
    'services/spa/src/room.ts':
      "import type { Row } from './room.entity.ts';\nexport const free = (row: Row) => row;\n",
    'services/spa/src/room.entity.ts': "import { Client } from 'pg';\nexport type Row = Client;\n",
    'services/spa/src/start.ts': "import { readFileSync } from 'node:fs';\nexport const start = readFileSync;\n",
  });
  const verdict = fence(folder, 'services');
  expect(verdict.broken).toEqual([]);
  expect(verdict.moduleCount).toBeGreaterThanOrEqual(3);
});

test('the fence sees the whole tree, and nothing in it breaks a rule', () => {
  const verdict = fence(root, 'services', 'tools', 'test');
  expect(verdict.broken).toEqual([]);
  expect(verdict.moduleCount).toBeGreaterThan(50);
});
