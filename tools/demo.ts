import { runDemo } from './demo/run-demo.ts';
import { readLocal } from './local/read-local.ts';
import type { LocalFacts } from './demo/story.ts';

/** Plays the main job against the running system and says each step. */
async function main(): Promise<void> {
  const local = readLocal<LocalFacts>();
  if (!local) {
    console.error('Lido is not running here yet. Please run npm start first, in another terminal.');
    process.exitCode = 1;
    return;
  }
  try {
    await runDemo(local, (line) => console.log(line));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    console.error(
      text.includes('fetch failed')
        ? `Nothing answers at ${local.baseUrl}. Please run npm start first.`
        : `The demo stopped: ${text}`,
    );
    process.exitCode = 1;
  }
}

await main();
