import { parseArgs } from 'node:util';
import { readLocal } from '../../../tools/local/read-local.ts';
import { behaviours } from './behaviours.ts';
import { heldMedium, mediumFormats, mediumKinds } from './held-medium.ts';
import type { HeldMedium } from './http-reader.ts';
import { ReaderRefused } from './refused.ts';
import { Stage, type StageOptions } from './stage.ts';

const listed = Object.entries(behaviours).map(([name, { says }]) => `  ${name.padEnd(14)}${says}`);

const usage = `A reader at a door, without hardware. It speaks to a running Lido as a GANTNER terminal or as a reader over HTTP.
It shows that our own two sides agree with each other; it does not show that a real device would.

Usage: npm run reader -- [options] <behaviour> [card or code]

After npm start in another terminal, nothing more is needed:
  npm run reader -- tap                     the demo's member at the demo's entrance
  npm run reader -- tap 04FFFFFFFFFFFF      a card that nobody has
  npm run reader -- tap --http              the same over HTTP
  npm run reader -- tap --http --format DECIMAL
                                            as a reader that writes cards as decimal numbers
  npm run reader -- load --readers 20 --rate 50 --seconds 10

With another Lido, or a device of your own:
  npm run reader -- --url ws://127.0.0.1:8081 --token <device token> --serial <serial number> tap 04A2B3C4
  npm run reader -- --api http://127.0.0.1:8080 --device <device id> --token <device token> --http tap 04A2B3C4
  npm run reader -- --listen 4001 --serial <serial number> tap 04A2B3C4
                                            the gateway dials ws://<this machine>:4001/api, the device's address

Behaviours:
${listed.join('\n')}

Options:
  --url URL              where readers dial in; that of the running Lido when absent
  --api URL              the API, for --http and for behaviours over HTTP
  --reader NAME          a reader of the demo: entrance (when absent) or pool
  --device ID, --token TOKEN, --serial TEXT
                         the device, instead of one of the demo's
  --listen PORT          waits until the gateway dials, instead of dialling
  --user NAME, --password TEXT
                         whom the gateway has to log in as where it dials; nobody when absent
  --http                 taps over HTTP instead of WebSocket
  --kind KIND            of what is held to the reader: rfid_uid (when absent) or barcode; over HTTP card_number, pin or token, too
  --format FORMAT        how the reader writes a card that is given as HEX_MSB: HEX_MSB (when absent), HEX_LSB, DECIMAL or TEXT;
                         over WebSocket the device's medium_format has to say so
  --without-unlock       firmware that knows no unlock process
  --passed true|false    tells after a tap whether somebody went through
  --entries N            of a replayed journal; 10 when absent
  --readers N, --rate N, --seconds N
                         of a load; 20, 50 and 10 when absent
  --site ID, --staff-token TOKEN
                         for load, which makes devices and removes them; the demo's when absent
  --help                 this text`;

/** What `npm start` leaves for scripts, as far as a reader needs it. */
interface LocalFacts {
  readonly baseUrl: string;
  readonly readersUrl: string;
  readonly token: string;
  readonly site?: string;
  readonly devices?: Record<string, { id: string; token: string; serial: string }>;
  readonly wearables?: Record<string, string>;
}

/** What is wrong with the command line; told with where to find help. */
class Misuse extends Error {}

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        ...{ url: { type: 'string' }, api: { type: 'string' }, reader: { type: 'string', default: 'entrance' } },
        ...{ device: { type: 'string' }, token: { type: 'string' }, serial: { type: 'string' } },
        ...{ listen: { type: 'string' }, user: { type: 'string' }, password: { type: 'string' } },
        ...{ http: { type: 'boolean', default: false }, 'without-unlock': { type: 'boolean', default: false } },
        ...{ kind: { type: 'string', default: 'rfid_uid' }, format: { type: 'string', default: 'HEX_MSB' } },
        ...{ passed: { type: 'string' }, entries: { type: 'string', default: '10' } },
        ...{ readers: { type: 'string', default: '20' }, rate: { type: 'string', default: '50' } },
        ...{ seconds: { type: 'string', default: '10' }, site: { type: 'string' }, 'staff-token': { type: 'string' } },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : String(error));
  }
}

type Values = ReturnType<typeof read>['values'];

function optionsOf(values: Values, held: string | undefined): StageOptions {
  const local = readLocal<LocalFacts>();
  const demo = local?.devices?.[values.reader];
  if (values.token === undefined && values.listen === undefined && !demo) {
    throw new Misuse(
      local
        ? `The running Lido has no reader ${values.reader}. It has: ${Object.keys(local.devices ?? {}).join(', ') || 'none'}.`
        : 'Lido is not running here yet. Please run npm start first, in another terminal, or give --url, --token and --serial.',
    );
  }
  const { user, password = '' } = values;
  const card = held ?? local?.wearables?.['member'] ?? '04A1B2C3D4E5F6';
  return {
    url: values.url ?? local?.readersUrl ?? 'ws://127.0.0.1:8081',
    api: values.api ?? local?.baseUrl ?? 'http://127.0.0.1:8080',
    device: values.device ?? demo?.id ?? '',
    token: values.token ?? demo?.token ?? '',
    serial: values.serial ?? demo?.serial ?? '',
    card,
    medium: mediumOf(values, card),
    staffToken: values['staff-token'] ?? local?.token,
    site: values.site ?? local?.site,
    listen: values.listen === undefined ? undefined : numberOf('listen', values.listen),
    behaviour: {
      ...(values['without-unlock'] ? { isWithoutUnlockProcess: true } : {}),
      ...(user === undefined ? {} : { login: { user, password } }),
    },
    isHttp: values.http,
    passed: passedOf(values.passed),
    numbers: {
      ...{ readers: numberOf('readers', values.readers), rate: numberOf('rate', values.rate) },
      ...{ seconds: numberOf('seconds', values.seconds), entries: numberOf('entries', values.entries) },
    },
    say: (line) => console.log(line),
  };
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Misuse(`--${name} must be a whole number of 1 or more.`);
  return value;
}

function mediumOf({ kind: kindText, format: formatText, http }: Values, card: string): HeldMedium {
  const kind = oneOf('kind', kindText, mediumKinds);
  const format = oneOf('format', formatText, mediumFormats);
  const isTold = http || kind === 'rfid_uid' || kind === 'barcode';
  if (!isTold) throw new Misuse(`A terminal tells of rfid_uid and barcode only. Please add --http for ${kind}.`);
  const isWritable = format === 'HEX_MSB' || format === 'TEXT' || /^(?:[0-9a-f]{2})+$/i.test(card);
  if (!isWritable) throw new Misuse(`For --format ${format} the card must be given as hexadecimal bytes.`);
  return heldMedium(kind, card, format);
}

function oneOf<Word extends string>(name: string, text: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === text);
  if (word === undefined) throw new Misuse(`--${name} must be one of ${words.join(', ')}.`);
  return word;
}

function passedOf(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text !== 'true' && text !== 'false') throw new Misuse('--passed must be true or false.');
  return text === 'true';
}

/** What to do about a refusal, by the HTTP status or the code the WebSocket was closed with. */
const advice: Readonly<Record<number, string>> = {
  401: 'Ask for a new token with POST /devices/{id}/token.',
  403: 'The device is disabled, or of another kind, or one that the gateway dials: then use --listen.',
  404: 'Compare --device with the device that the token is of.',
  429: 'Too much of this has come from here. Please try again in a minute.',
  1008: 'Compare --serial with the serial number of the device.',
};

/** An error as a sentence that says what to do. */
function sentenceOf(error: unknown, { url, api }: Pick<StageOptions, 'url' | 'api'>): string {
  if (error instanceof ReaderRefused) return [error.message, advice[error.code] ?? ''].join('\n').trim();
  const text = error instanceof Error ? error.message : String(error);
  const isAway = text.includes('fetch failed') || JSON.stringify(error).includes('ECONNREFUSED');
  return isAway ? `Nobody answers at ${url} or ${api}. Please run npm start first, or compare --url and --api.` : text;
}

async function play(): Promise<void> {
  const { values, positionals } = read();
  const [name, card] = positionals;
  if (values.help) return console.log(usage);
  const behaviour = name === undefined ? undefined : behaviours[name];
  if (!behaviour) {
    throw new Misuse(name === undefined ? 'Which behaviour should be played?' : `There is no behaviour ${name}.`);
  }
  const stage = new Stage(optionsOf(values, card));
  try {
    await behaviour.run(stage);
  } catch (error) {
    console.error(sentenceOf(error, stage.options));
    process.exitCode = 1;
  } finally {
    await stage.clear();
  }
}

try {
  await play();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof Misuse) console.error('npm run reader -- --help shows what there is.');
  process.exitCode = error instanceof Misuse ? 2 : 1;
}
