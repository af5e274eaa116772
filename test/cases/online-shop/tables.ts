/** The online shop of AWS's modelling samples as tables. Its times have no zone; most of its numbers came as text. */
import {
  defineTables,
  integer,
  jsonb,
  numeric,
  type TargetDatabase,
  table,
  text,
  timestamp,
} from "../../../lambda/mapping/index.ts";

export const tables = defineTables({
  customers: {
    customer_id: text().primaryKey(),
    name: text(),
    email: text().unique(),
  },
  products: {
    product_id: text().primaryKey(),
    name: text(),
    description: text(),
    price: numeric(12, 2),
  },
  warehouses: {
    warehouse_id: text().primaryKey(),
    country: text(),
    county: text(),
    city: text(),
    street: text(),
    street_number: text(),
    zip_code: text(),
  },
  warehouse_items: {
    product_id: text().primaryKey().references("products"),
    warehouse_id: text().primaryKey().references("warehouses"),
    quantity: integer(),
  },

  orders: {
    order_id: text().primaryKey(),
    customer_id: text().references("customers"),
    ordered_at: timestamp(),
  },
  order_items: {
    order_id: text().primaryKey().references("orders"),
    product_id: text().primaryKey().references("products"),
    price: numeric(12, 2),
    quantity: integer(),
    added_at: timestamp(),
  },
  invoices: {
    invoice_id: text().primaryKey(),
    order_id: text().references("orders"),
    amount: numeric(12, 2),
    invoiced_at: timestamp(),
  },
  payments: {
    invoice_id: text().primaryKey().references("invoices"),
    position: integer().primaryKey(),
    type: text(),
    amount: numeric(12, 2),
    data: text(),
  },
  shipments: {
    shipment_id: text().primaryKey(),
    order_id: text().references("orders"),
    warehouse_id: text().references("warehouses"),
    type: text(),
    address: jsonb(),
    shipped_at: timestamp(),
  },
  shipment_items: table({
    order_id: text().primaryKey(),
    shipment_item_id: text().primaryKey(),
    shipment_id: text().references("shipments"),
    product_id: text(),
    quantity: integer(),
  }).foreignKey(["order_id", "product_id"], "order_items"),
});

export type Database = TargetDatabase<typeof tables>;
