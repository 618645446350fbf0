import { start } from './start.ts';

const gateway = await start(process.env);

let isStopping = false;
const stop = (): void => {
  if (isStopping) return;
  isStopping = true;
  void gateway.stop().then(() => process.exit(0));
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
