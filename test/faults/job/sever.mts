// Loaded into the job by `node --import`: the connection over which the first change after the wanted line goes dies after the change
// was sent. The other side gets the whole of it and has time to end it; its answer is not heard.
//
// FAULT_SEVER is JSON: {"key": the line's key, "nth": its occurrence from 1, "deafMs": how long until the connection breaks}.

import type { Socket } from 'node:net';
import { atLines, type WantedLine } from './at-line.mts';
import { wrapCommands, wrapStatements } from './doors.mts';

interface Channel {
  end(...args: readonly unknown[]): unknown;
}

type Opened = (error: unknown, channel: Channel) => void;

const { deafMs, ...line } = JSON.parse(process.env['FAULT_SEVER'] ?? '{}') as WantedLine & { readonly deafMs: number };
let armed = false;
atLines([line], () => {
  armed = true;
});

wrapCommands(
  (exec) =>
    function (...args) {
      const isWanted = armed;
      armed = false;
      const { _sock: socket } = this as { readonly _sock: Socket };
      const opened = args.pop() as Opened;
      const then: Opened = (error, channel) => {
        if (isWanted && !error) severAfterEnd(channel, socket);
        opened(error, channel);
      };
      return exec.call(this, ...args, then);
    },
);

wrapStatements(
  (query) =>
    function (...args) {
      const isWanted = armed;
      armed = false;
      const command = query.apply(this, args);
      if (isWanted) setImmediate(() => sever((this as { readonly stream: Socket }).stream));
      return command;
    },
);

/** What the text and the input take to get out. Where they take longer, the command never comes: that, too, its answer does not tell. */
const outMs = 20;

/** The text and the input of a script are still on their way out when its channel is ended. */
function severAfterEnd(channel: Channel, socket: Socket): void {
  const end = channel.end.bind(channel);
  channel.end = (...args) => {
    setTimeout(() => sever(socket), outMs);
    return end(...args);
  };
}

/** Hears nothing any more, and breaks a little later. */
function sever(socket: Socket): void {
  socket.pause();
  setTimeout(() => {
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    socket.destroy(reset);
  }, deafMs);
}
