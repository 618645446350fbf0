import type { CustomerNote, CustomerNoteServiceService } from '@lido/proto/lido/customers/v1/customer_note.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { childrenOf } from '@lido/runtime/resource/children-of.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { customerSpec } from '../customers/customer.repository.ts';
import { NoteEntity, type NoteRow } from './note.entity.ts';

const notes = childrenOf(
  {
    entity: NoteEntity,
    parent: customerSpec,
    newId: newUuid,
    writable: ['note'],
    isGoneWithParent: true,
    orderBy: { createdAt: 'desc' },
    toMessage: (row: NoteRow, { instant }): CustomerNote => ({
      id: row.id,
      customerId: row.parentId,
      note: row.note,
      createdBy: row.createdBy,
      createdAt: instant(row.createdAt),
      updatedAt: instant(row.updatedAt),
    }),
  },
  'note',
);

/** What staff wrote about a customer. */
export const noteHandlers = {
  listNotes: notes.listAll,
  createNote: notes.create,
  updateNote: notes.update,
  deleteNote: notes.remove,
} satisfies Handlers<typeof CustomerNoteServiceService>;
