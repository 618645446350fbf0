import type { RequiredEntityData } from '@mikro-orm/core';
import type { OrderNote } from '@lido/proto/lido/orders/parts/v1/note.ts';
import type { OrderIdRequest } from '@lido/proto/lido/orders/v1/order.ts';
import type {
  CreateOrderNoteRequest,
  ListOrderNotesResponse,
  OrderNoteIdRequest,
  OrderNoteServiceService,
  UpdateOrderNoteRequest,
} from '@lido/proto/lido/orders/v1/order_note.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { Aggregate } from '../orders/aggregate.ts';
import { changeOrderTo } from '../orders/change-order.handlers.ts';
import { findOrder, newColumns, zoneOf } from '../orders/order.repository.ts';
import { toNote } from '../orders/part-messages.ts';
import { OrderNoteEntity, type OrderNoteRow } from './order-note.entity.ts';

/** The rpcs of an order's notes. */
export const orderNoteHandlers = {
  listOrderNotes,
  createOrderNote,
  getOrderNote,
  updateOrderNote,
  deleteOrderNote,
} satisfies Handlers<typeof OrderNoteServiceService>;

async function listOrderNotes({ orderId }: OrderIdRequest, call: Call): Promise<ListOrderNotesResponse> {
  const { order, notes } = await findOrder(call, orderId);
  const zone = await zoneOf(call.em, order);
  return { data: notes.map((note) => toNote(note, zone)) };
}

async function getOrderNote({ orderId, noteId }: OrderNoteIdRequest, call: Call): Promise<OrderNote> {
  const aggregate = await findOrder(call, orderId);
  return toNote(requireNote(aggregate, noteId), await zoneOf(call.em, aggregate.order));
}

function createOrderNote({ orderId, note }: CreateOrderNoteRequest, call: Call): Promise<OrderNote> {
  return changeOrderTo(orderId, call, (aggregate, writer) => {
    const { principal } = call;
    const row = writer.em.create(OrderNoteEntity, {
      ...newColumns(newShopId(), aggregate.order.organisationId, writer),
      orderId,
      content: note?.content ?? '',
      authorId: principal.onBehalfOf ?? principal.id,
      authorName: principal.name,
    } as unknown as RequiredEntityData<OrderNoteRow>);
    aggregate.notes.unshift(row);
    return (zone) => toNote(row, zone);
  });
}

function updateOrderNote(
  { orderId, noteId, note, updateMask }: UpdateOrderNoteRequest,
  call: Call,
): Promise<OrderNote> {
  return changeOrderTo(orderId, call, (aggregate, { nowMs, actor }) => {
    const row = requireNote(aggregate, noteId);
    if (updateMask?.includes('content')) {
      if (!note?.content) throw invalid({ content: ['The content of a note can not be empty.'] });
      row.content = note.content;
    }
    row.updatedAt = new Date(nowMs);
    row.updatedBy = actor;
    return (zone) => toNote(row, zone);
  });
}

function deleteOrderNote({ orderId, noteId }: OrderNoteIdRequest, call: Call): Promise<object> {
  return changeOrderTo(orderId, call, (aggregate, { nowMs, actor }) => {
    const row = requireNote(aggregate, noteId);
    row.deletedAt = new Date(nowMs);
    row.updatedBy = actor;
    aggregate.notes = aggregate.notes.filter(({ id }) => id !== noteId);
    return () => ({});
  });
}

function requireNote({ notes }: Aggregate, id: string): OrderNoteRow {
  const note = notes.find((candidate) => candidate.id === id);
  if (!note) throw notFound(id);
  return note;
}
