import { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { TokenServiceService } from '@lido/proto/lido/customers/internal/v1/token.ts';
import { BarcodeServiceService } from '@lido/proto/lido/customers/v1/barcode.ts';
import {
  ContraindicationServiceService,
  CustomerContraindicationServiceService,
} from '@lido/proto/lido/customers/v1/contraindication.ts';
import { CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { CustomerAddressServiceService } from '@lido/proto/lido/customers/v1/customer_address.ts';
import { CustomerNoteServiceService } from '@lido/proto/lido/customers/v1/customer_note.ts';
import { CustomerLabelServiceService, LabelServiceService } from '@lido/proto/lido/customers/v1/label.ts';
import {
  CustomerMarketingPreferenceServiceService,
  MarketingPreferenceServiceService,
} from '@lido/proto/lido/customers/v1/marketing_preference.ts';
import { MyAccountServiceService } from '@lido/proto/lido/customers/v1/my_account.ts';
import { SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import { TokenInfoServiceService } from '@lido/proto/lido/customers/v1/token_info.ts';
import { UserServiceService } from '@lido/proto/lido/customers/v1/user.ts';
import { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import { type Env, readConfig } from '@lido/runtime/config/read-config.ts';
import { type RunningService, startService } from '@lido/runtime/service/start-service.ts';
import { CustomersMigration } from '../migrations/0001-customers.ts';
import { BlocksMigration } from '../migrations/0002-blocks.ts';
import { MembershipDatesMigration } from '../migrations/0003-membership-dates.ts';
import { CheckInsMigration } from '../migrations/0004-check-ins.ts';
import { AddressEntity } from './addresses/address.entity.ts';
import { addressHandlers } from './addresses/address.handlers.ts';
import { customersConfig } from './config.ts';
import { ContraindicationEntity, CustomerContraindicationEntity } from './contraindications/contraindication.entity.ts';
import { contraindicationHandlers } from './contraindications/contraindication.handlers.ts';
import { customerContraindicationHandlers } from './contraindications/customer-contraindication.handlers.ts';
import { CustomerEntity } from './customers/customer.entity.ts';
import { customerHandlers } from './customers/customer.handlers.ts';
import { customerDirectoryHandlers } from './customers/customer-directory.handlers.ts';
import { checkInSubscription } from './known-check-ins/known-check-in.consumer.ts';
import { projectMembership } from './known-memberships/known-membership.consumer.ts';
import { customerLabelHandlers } from './labels/customer-label.handlers.ts';
import { LabelEntity } from './labels/label.entity.ts';
import { labelHandlers } from './labels/label.handlers.ts';
import { MediumEntity } from './media/medium.entity.ts';
import { mediumHandlers } from './media/medium.handlers.ts';
import { NoteEntity } from './notes/note.entity.ts';
import { noteHandlers } from './notes/note.handlers.ts';
import { bootstrap } from './organisations/bootstrap.repository.ts';
import { BrandEntity, OrganisationEntity } from './organisations/organisation.entity.ts';
import { customerPreferenceHandlers } from './preferences/customer-preference.handlers.ts';
import { myAccountHandlers } from './preferences/my-account.handlers.ts';
import { PreferenceEntity } from './preferences/preference.entity.ts';
import { preferenceHandlers } from './preferences/preference.handlers.ts';
import { SiteEntity } from './sites/site.entity.ts';
import { siteDirectoryHandlers, siteHandlers } from './sites/site.handlers.ts';
import { AccessTokenEntity } from './users/token.entity.ts';
import { tokenHandlers, tokenInfoHandlers } from './users/token.handlers.ts';
import { UserEntity } from './users/user.entity.ts';
import { userHandlers } from './users/user.handlers.ts';

const entities = [
  ...[OrganisationEntity, BrandEntity, SiteEntity, UserEntity, AccessTokenEntity],
  ...[CustomerEntity, MediumEntity, AddressEntity, NoteEntity, LabelEntity, PreferenceEntity],
  ...[ContraindicationEntity, CustomerContraindicationEntity],
];

/** Starts the customers service. */
export function start(env: Env): Promise<RunningService> {
  const config = readConfig(customersConfig, env, 'customers');
  return startService({
    name: 'customers',
    source: 'customers',
    config,
    entities,
    migrations: [
      { name: '0001-customers', class: CustomersMigration },
      { name: '0002-blocks', class: BlocksMigration },
      { name: '0003-membership-dates', class: MembershipDatesMigration },
      { name: '0004-check-ins', class: CheckInsMigration },
    ],
    compose: async ({ db, clock, peer }) => {
      const first = { token: config.LIDO_BOOTSTRAP_TOKEN, organisationName: config.LIDO_ORGANISATION_NAME };
      await bootstrap(db, first, clock.nowMs());
      const entitlements = peer(EntitlementServiceService, 'memberships', config.LIDO_MEMBERSHIPS_ADDRESS);
      return {
        subscriptions: [
          {
            name: 'customers-from-memberships',
            source: 'memberships',
            mode: 'projection',
            handlers: { 'lido.memberships.membership.saved': projectMembership },
          },
          checkInSubscription,
        ],
        serve: (server) => {
          server.add(SiteServiceService, siteHandlers);
          server.add(UserServiceService, userHandlers);
          server.add(TokenInfoServiceService, tokenInfoHandlers);
          server.add(TokenServiceService, tokenHandlers);
          server.add(CustomerServiceService, customerHandlers);
          server.add(BarcodeServiceService, mediumHandlers(entitlements));
          server.add(CustomerAddressServiceService, addressHandlers);
          server.add(CustomerNoteServiceService, noteHandlers);
          server.add(ContraindicationServiceService, contraindicationHandlers);
          server.add(CustomerContraindicationServiceService, customerContraindicationHandlers);
          server.add(LabelServiceService, labelHandlers);
          server.add(CustomerLabelServiceService, customerLabelHandlers);
          server.add(MarketingPreferenceServiceService, preferenceHandlers);
          server.add(CustomerMarketingPreferenceServiceService, customerPreferenceHandlers);
          server.add(MyAccountServiceService, myAccountHandlers);
          server.add(CustomerDirectoryServiceService, customerDirectoryHandlers);
          server.add(SiteDirectoryServiceService, siteDirectoryHandlers);
        },
      };
    },
  });
}
