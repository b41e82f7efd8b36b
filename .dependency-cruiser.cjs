// The layers of DESIGN.md section 6: arrows run one way.
const below = {
  messages: [],
  engine: ['messages'],
  eggroll: [],
  config: ['engine', 'eggroll', 'messages'],
  cluster: ['config', 'engine', 'eggroll', 'messages'],
  database: ['config', 'engine', 'eggroll', 'messages'],
  report: ['engine', 'messages'],
  steps: ['config', 'cluster', 'database', 'report', 'engine', 'eggroll', 'messages'],
  rehearsal: ['steps', 'config', 'cluster', 'database', 'report', 'engine', 'eggroll', 'messages'],
  cli: ['rehearsal', 'steps', 'config', 'cluster', 'database', 'report', 'engine', 'eggroll', 'messages'],
};

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(below).map(([layer, allowed]) => ({
      name: `${layer}-looks-down-only`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: { path: '^src/', pathNot: [layer, ...allowed].map((name) => `^src/${name}/`) },
    })),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
