/** Draws a terminal's screen, as `tmux capture-pane -e` gives it on standard input, as SVG. Usage: terminal-svg.ts COLUMNS */
import { readFileSync } from 'node:fs';
import { terminalSvg } from './terminal-picture.ts';

process.stdout.write(terminalSvg(readFileSync(0, 'utf8'), Number(process.argv[2] ?? 80)));
