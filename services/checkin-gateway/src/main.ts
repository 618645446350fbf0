import { runAsProcess } from '@lido/runtime/service/run-as-process.ts';
import { start } from './start.ts';

await runAsProcess(start, process.env);
