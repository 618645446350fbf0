import type { Basket, BasketPaymentIdRequest, CreateBasketPaymentRequest } from '@lido/proto/lido/orders/v1/basket.ts';
import type { Payment } from '@lido/proto/lido/orders/v1/payment.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { changeBasket } from '../baskets/basket-change.handlers.ts';
import { toBasket } from '../baskets/basket-message.ts';
import { moneyOf } from '../orders/aggregate.ts';
import { toPayment } from '../orders/part-messages.ts';
import type { Ports } from '../orders/ports.ts';
import { createPayment, removePayment, requirePayment } from './order-payment.repository.ts';
import { isDiscardable, planBasketPayment } from './payment.ts';

/** Prepares a payment of a basket: no money moves before the submit. */
export function createBasketPayment(ports: Ports) {
  return ({ basketId, payment }: CreateBasketPaymentRequest, call: Call): Promise<Payment> =>
    changeBasket(
      {
        id: basketId,
        work: (aggregate, { writer }) => {
          const asked = {
            processor: payment?.processor ?? null,
            captureMethod: payment?.captureMethod ?? null,
            amountMinor: payment?.amount ?? null,
            currency: null,
            status: 'PAYMENT_STATUS_UNSPECIFIED',
          } as const;
          const { missingMinor } = moneyOf(aggregate).payments;
          const isByCustomer = call.principal.kind === 'KIND_CUSTOMER';
          const planned = planBasketPayment(asked, { missingMinor, isByCustomer });
          const extras = { detailsSource: payment?.detailsSource ?? null, processorData: payment?.processorData ?? {} };
          const row = createPayment(aggregate, { ...planned, ...extras }, writer);
          return (zone) => toPayment(row, zone);
        },
      },
      call,
      ports,
    );
}

/** Discards a payment of a basket that nobody has paid. */
export function deleteBasketPayment(ports: Ports) {
  return ({ basketId, paymentId }: BasketPaymentIdRequest, call: Call): Promise<Basket> =>
    changeBasket(
      {
        id: basketId,
        work: (aggregate, { writer }) => {
          const payment = requirePayment(aggregate, paymentId);
          if (!isDiscardable(payment.status))
            throw stateConflict('payment_taken', 'This payment has been taken and can only be refunded.');
          removePayment(aggregate, payment, writer);
          return (zone) => toBasket(aggregate, zone);
        },
      },
      call,
      ports,
    );
}
