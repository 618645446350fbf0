import type { Basket } from '@lido/proto/lido/orders/v1/basket.ts';
import type {
  BasketPackageItemIdRequest,
  BasketPackageServiceService,
  UpdateBasketPackageItemRequest,
} from '@lido/proto/lido/orders/v1/basket_package.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { Ports } from '../orders/ports.ts';
import { chooseOption, clearChosen, emptyChoice } from '../packages/package-item.handlers.ts';
import { changeBasket } from './basket-change.handlers.ts';
import { toBasket } from './basket-message.ts';

/** The rpcs by which guests choose in the packages of a basket. */
export function basketPackageHandlers(ports: Ports) {
  return {
    updateBasketPackageItem: (request, call) => updateBasketPackageItem(ports, request, call),
    deleteBasketPackageItem: (request, call) => deleteBasketPackageItem(ports, request, call),
  } satisfies Handlers<typeof BasketPackageServiceService>;
}

function updateBasketPackageItem(
  ports: Ports,
  { basketId, itemId: lineId, item, updateMask }: UpdateBasketPackageItemRequest,
  call: Call,
): Promise<Basket> {
  const asked = { lineId, itemId: newShopId(), input: item ?? emptyChoice, mask: updateMask ?? [], mayReplace: true };
  return changeBasket(
    {
      id: basketId,
      work: async (aggregate, change) => {
        await chooseOption(aggregate, asked, change);
        return (zone) => toBasket(aggregate, zone);
      },
    },
    call,
    ports,
  );
}

function deleteBasketPackageItem(
  ports: Ports,
  { basketId, itemId: lineId, packageItemId: itemId }: BasketPackageItemIdRequest,
  call: Call,
): Promise<Basket> {
  return changeBasket(
    {
      id: basketId,
      work: async (aggregate, change) => {
        await clearChosen(aggregate, { lineId, itemId }, change);
        return (zone) => toBasket(aggregate, zone);
      },
    },
    call,
    ports,
  );
}
