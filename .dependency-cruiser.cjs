// The layers of DESIGN.md section 6: arrows run one way.
const below = {
  engine: [],
  eggroll: [],
  config: ['engine', 'eggroll'],
  cluster: ['config', 'engine', 'eggroll'],
  database: ['config', 'engine', 'eggroll'],
  report: ['engine'],
  steps: ['config', 'cluster', 'database', 'report', 'engine', 'eggroll'],
  rehearsal: ['steps', 'config', 'cluster', 'database', 'report', 'engine', 'eggroll'],
  cli: ['rehearsal', 'steps', 'config', 'cluster', 'database', 'report', 'engine', 'eggroll'],
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
