import { parseArgs } from 'node:util';
import { connectReader, type SimulatedReader } from './reader.ts';

// A reader without hardware. It proves that our own two sides agree, not that a real device would.

const usage = `Usage: node services/checkin-gateway/simulator/main.ts --url ws://127.0.0.1:8081 --token <device token> --serial <serial number> <command>

Commands:
  tap <uid>              hold a card to the reader, for example: tap 04A2B3C4
  barcode <text>         hold a printed code to the reader
  double <text>          one scan that the device tells of twice
  garbage                frames that are none, to see that the gateway goes on
  stay                   stay connected until interrupted

Options:
  --without-unlock       firmware that knows no unlock process
  --passed true|false    report after the decision whether somebody went through`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'ws://127.0.0.1:8081' },
    token: { type: 'string' },
    serial: { type: 'string' },
    passed: { type: 'string' },
    'without-unlock': { type: 'boolean', default: false },
  },
});

const [command, argument = ''] = positionals;
const { url, token, serial } = values;
if (command === undefined || token === undefined || serial === undefined) {
  console.error(usage);
  process.exit(2);
}

try {
  const reader = await connectReader({ url, token, serial, isWithoutUnlockProcess: values['without-unlock'] });
  await run(command, reader);
  if (values.passed !== undefined) reader.pass(values.passed === 'true');
  await reader.close();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(name: string, reader: SimulatedReader): Promise<void> {
  switch (name) {
    case 'tap':
      return print(await reader.tap({ uid: argument }));
    case 'barcode':
      return print(await reader.barcode(argument));
    case 'double':
      return print(await reader.double(argument));
    case 'garbage':
      for (const text of ['', '{', '[]', '{"Cmd":1}', '{"Cmd":"App.CardIdent","MT":"Evt","Data":7}'])
        reader.sendRaw(text);
      return print(await reader.tap({ uid: '00' }));
    case 'stay':
      console.log('Connected. Interrupt to leave.');
      return void (await reader.closed);
    default:
      throw new Error(usage);
  }
}

function print(decision: { outcome: string; displayText: string; ms: number }): void {
  console.log(`${decision.outcome}: "${decision.displayText}" after ${decision.ms.toFixed(1)} ms`);
}
