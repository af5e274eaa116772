/**
 * The items of the online shop: one-letter prefixes, the kind told by `EntityType`, and a few facts that stand nowhere but
 * in the key of a secondary index.
 */
import { defineItems } from "../../../lambda/mapping/index.ts";
import { tables } from "./tables.ts";

export const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into, each }) => [
  item(
    "Customer",
    { pk: "c#{customerId}", sk: "c#{customerId}", where: { EntityType: "customer" } },
    ({ key, attr }) => [into("customers", { customer_id: key.customerId, name: attr("Name"), email: attr("Email") })],
  ),

  item("Product", { pk: "p#{productId}", sk: "p#{productId}", where: { EntityType: "product" } }, ({ key, attr }) => [
    into("products", {
      product_id: key.productId,
      name: attr("Detail").at("Name"),
      description: attr("Detail").at("Description"),
      price: attr("Price").digits(),
    }),
  ]),

  item(
    "Warehouse",
    { pk: "w#{warehouseId}", sk: "w#{warehouseId}", where: { EntityType: "warehouse" } },
    ({ key, attr }) => {
      const address = attr("Address");
      return [
        into("warehouses", {
          warehouse_id: key.warehouseId,
          country: address.at("Country"),
          county: address.at("County"),
          city: address.at("City"),
          street: address.at("Street"),
          street_number: address.at("Number"),
          zip_code: address.at("ZipCode"),
        }),
      ];
    },
  ),

  item(
    "WarehouseItem",
    {
      pk: "p#{productId}",
      sk: "w#{warehouseId}",
      where: { EntityType: "warehouseItem" },
      // The item's own key, the other way round. One item lacks them.
      ignore: ["GSI2-PK", "GSI2-SK"],
    },
    ({ key, attr }) => [
      into("warehouse_items", {
        product_id: key.productId,
        warehouse_id: key.warehouseId,
        quantity: attr("Quantity").digits(),
      }),
    ],
  ),

  // The customer of an order stands only in its sort key.
  item("Order", { pk: "o#{orderId}", sk: "c#{customerId}", where: { EntityType: "order" } }, ({ key, attr }) => [
    into("orders", { order_id: key.orderId, customer_id: key.customerId, ordered_at: attr("Date") }),
  ]),

  item(
    "OrderItem",
    {
      pk: "o#{orderId}",
      sk: "p#{productId}",
      where: { EntityType: "orderItem" },
      // GSI1-PK repeats the product, GSI2-PK the customer of the order, GSI2-SK the time in GSI1-SK.
      ignore: ["GSI1-PK", "GSI2-PK", "GSI2-SK"],
    },
    ({ key, attr }) => [
      into("order_items", {
        order_id: key.orderId,
        product_id: key.productId,
        price: attr("Price").digits(),
        quantity: attr("Quantity").digits(),
        added_at: attr("GSI1-SK"),
      }),
    ],
  ),

  item(
    "Invoice",
    {
      pk: "o#{orderId}",
      sk: "i#{invoiceId}",
      where: { EntityType: "invoice" },
      // GSI1 repeats the invoice, GSI2 the customer of the order and the date.
      ignore: ["GSI1-PK", "GSI1-SK", "GSI2-PK", "GSI2-SK"],
    },
    ({ key, attr }) => [
      into("invoices", {
        invoice_id: key.invoiceId,
        order_id: key.orderId,
        amount: attr("Amount").digits(),
        invoiced_at: attr("Date"),
      }),
      each(attr("Detail").at("Payments"), (payment, position) =>
        into("payments", {
          invoice_id: key.invoiceId,
          position,
          type: payment.at("Type"),
          amount: payment.at("Amount"),
          data: payment.at("Data"),
        }),
      ),
    ],
  ),

  // The warehouse a shipment leaves from stands only in GSI2-PK.
  item(
    "Shipment",
    {
      pk: "o#{orderId}",
      sk: "sh#{shipmentId}",
      where: { EntityType: "shipment" },
      // GSI1 and GSI2-SK repeat the shipment.
      ignore: ["GSI1-PK", "GSI1-SK", "GSI2-SK"],
    },
    ({ key, attr }) => [
      into("shipments", {
        shipment_id: key.shipmentId,
        order_id: key.orderId,
        warehouse_id: attr("GSI2-PK").captures("w#{warehouseId}").warehouseId,
        type: attr("Type"),
        address: attr("Address"),
        shipped_at: attr("Date"),
      }),
    ],
  ),

  // What was shipped, and in which shipment, stands only in GSI1.
  item(
    "ShipmentItem",
    { pk: "o#{orderId}", sk: "shp#{shipmentItemId}", where: { EntityType: "shipmentItem" } },
    ({ key, attr }) => [
      into("shipment_items", {
        order_id: key.orderId,
        shipment_item_id: key.shipmentItemId,
        shipment_id: attr("GSI1-PK").captures("sh#{shipmentId}").shipmentId,
        product_id: attr("GSI1-SK").captures("p#{productId}").productId,
        quantity: attr("Quantity").digits(),
      }),
    ],
  ),
]);
