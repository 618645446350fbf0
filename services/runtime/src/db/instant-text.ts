import { Type } from '@mikro-orm/core';

/** An instant that a row keeps as the text clients write, with an offset; read from its column it is in UTC. */
export class InstantText extends Type<string, string> {
  override convertToDatabaseValue(text: string): string {
    return text;
  }

  override convertToJSValue(value: string | Date): string {
    return new Date(value).toISOString();
  }

  override getColumnType(): string {
    return 'timestamptz';
  }
}
