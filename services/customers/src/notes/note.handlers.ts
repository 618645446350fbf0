import type { CustomerNote, CustomerNoteServiceService } from '@lido/proto/lido/customers/v1/customer_note.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import { rulesOf } from '@lido/runtime/resource/rules-of.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { underCustomer } from '../customers/brand.repository.ts';
import { customerSpec } from '../customers/customer.handlers.ts';
import { NoteEntity, type NoteRow } from './note.entity.ts';

const { instant } = formatsIn('UTC');

const notes = rulesOf({
  entity: NoteEntity,
  parent: customerSpec,
  newId: newUuid,
  writable: ['note'],
  toMessage: (row: NoteRow): CustomerNote => ({
    id: row.id,
    customerId: row.parentId,
    note: row.note,
    createdBy: row.createdBy,
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  }),
});

/** What staff wrote about a customer. */
export const noteHandlers = {
  listNotes: underCustomer(async (request, call) => ({ data: (await notes.list(request, call)).data.reverse() })),
  createNote: underCustomer(notes.create),
  updateNote: underCustomer(notes.update),
  deleteNote: underCustomer(notes.remove),
} satisfies Handlers<typeof CustomerNoteServiceService>;
